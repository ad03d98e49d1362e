import type { Cluster } from '../cluster.ts'
import { storageOf, volumeOn } from '../cluster.ts'
import { formatSize, printDrive, readDrive } from './drive.ts'
import { Vm } from './vm.ts'

export interface VmOptions {
  readonly vmid: number
  readonly name: string
  readonly node: string
  /** SMBIOS UUID, as the guest sees it in /sys/class/dmi/id/product_uuid. Default: seeded. */
  readonly uuid?: string
  readonly cores?: number
  readonly memoryMib?: number
  /** Default true. */
  readonly running?: boolean
  /** Disks of its own, made with it. */
  readonly disks?: readonly { readonly slot: string; readonly storage: string; readonly sizeBytes: number }[]
  /** Further config, e.g. `{ scsi1: 'local-zfs:vm-9999-pvc-x', hotplug: 'network' }`. */
  readonly config?: Readonly<Record<string, string>>
}

/** A VM as the installer left it. What its config names and is there is plugged when it runs. */
export function createVm(cluster: Cluster, options: VmOptions): void {
  const vm = new Vm(options.vmid, options.node, cluster.clock)
  const config: Record<string, string> = {
    name: options.name,
    cores: String(options.cores ?? 4),
    memory: String(options.memoryMib ?? 8192),
    scsihw: 'virtio-scsi-single',
    ostype: 'l26',
    agent: '1',
    ...(options.disks?.[0] === undefined ? {} : { boot: `order=${options.disks[0].slot}` }),
    smbios1: `uuid=${options.uuid ?? cluster.random.uuid()}`,
    vmgenid: cluster.random.uuid(),
    ...options.config,
  }
  for (const [key, value] of Object.entries(config)) vm.config.set(key, value)
  for (const disk of options.disks ?? []) addOwnDisk(cluster, vm, disk)
  cluster.vms.set(options.vmid, vm)
  vm.running = options.running ?? true
  vm.startedAt = cluster.clock.monotonic() / 1000
  if (vm.running) plugConfigured(cluster, vm)
}

function addOwnDisk(cluster: Cluster, vm: Vm, { slot, storage, sizeBytes }: { readonly slot: string; readonly storage: string; readonly sizeBytes: number }): void {
  const area = storageOf(cluster, storage).areaOn(vm.node)
  const index = [...area.volumes.values()].filter(({ owner }) => owner === vm.vmid).length
  const extension = area.definition.kind.formats.length > 1 ? '.raw' : ''
  const volume = area.allocate(vm.vmid, `vm-${vm.vmid}-disk-${index}${extension}`, undefined, sizeBytes, cluster.clock.now())
  vm.config.set(slot, printDrive({ file: volume.volid, options: { iothread: '1', size: formatSize(volume.disk.size) } }))
}

function plugConfigured(cluster: Cluster, vm: Vm): void {
  for (const [slot, text] of vm.config) {
    if (!/^(scsi|virtio|sata|ide)\d+$/.test(slot)) continue
    const drive = readDrive(text)
    if (drive.file === 'none' || drive.options['media'] === 'cdrom') continue
    vm.plugged.set(slot, { volume: volumeOn(cluster, vm.node, drive.file), readOnly: drive.options['ro'] === '1' })
  }
}
