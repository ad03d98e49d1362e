import type { Cluster } from '../cluster.ts'
import { takeTime, volumeOn } from '../cluster.ts'
import { died } from '../schema/failure.ts'
import type { PluggedDisk } from '../../machines/disk.ts'
import type { Volume } from '../storage/storage.ts'
import type { Drive } from './drive.ts'
import { readDrive } from './drive.ts'
import type { Vm } from './vm.ts'

/** Gives a running VM the drive. A slot that QEMU already fills is left as it is, as vm_deviceplug does. */
export async function plugDrive(cluster: Cluster, vm: Vm, slot: string, drive: Drive): Promise<void> {
  if (vm.plugged.has(slot)) return
  const volume = volumeOn(cluster, vm.node, drive.file)
  await takeTime(cluster, 150)
  const readOnly = drive.options['ro'] === '1'
  // From here on QEMU holds the image, whether or not the guest will take the device.
  vm.plugged.set(slot, { volume, readOnly })
  try {
    await vm.hardware.plug(slot, asDevice(slot, drive, volume))
  } catch (error) {
    vm.plugged.delete(slot)
    cluster.history.add({ ...about(vm, slot, volume), kind: 'attach failed', note: error instanceof Error ? error.message : String(error) })
    throw died(`error on hotplug device '${slot}'`)
  }
  cluster.history.add({ ...about(vm, slot, volume), kind: 'disk attached' })
}

/** Takes the drive away with the guest's consent; dies after about five seconds when the guest keeps it. */
export async function unplugDrive(cluster: Cluster, vm: Vm, slot: string): Promise<void> {
  const plugged = vm.plugged.get(slot)
  if (plugged === undefined) return
  if (slot === bootSlot(vm)) throw died(`can't unplug bootdisk '${slot}'`)
  await takeTime(cluster, 150)
  for (let second = 0; ; second++) {
    const answer = await vm.hardware.unplug(slot)
    if (answer === 'released') break
    if (second === 5) {
      cluster.history.add({ ...about(vm, slot, plugged.volume), kind: 'detach refused' })
      throw died(`error on hot-unplugging device '${slot}' - still busy in guest?`)
    }
    await cluster.clock.sleep(1000)
  }
  vm.plugged.delete(slot)
  cluster.history.add({ ...about(vm, slot, plugged.volume), kind: 'disk detached' })
}

/** The first disk of the boot order; without one, none is. */
function bootSlot(vm: Vm): string | undefined {
  return /order=([a-z]+\d+)/.exec(vm.config.get('boot') ?? '')?.[1]
}

/** Fills the slots of a VM that starts from its config: all, or none when an image is not there. */
export async function plugAll(cluster: Cluster, vm: Vm): Promise<void> {
  const slots = [...vm.config].filter(([slot]) => /^(scsi|virtio|sata|ide)\d+$/.test(slot)).map(([slot, text]) => ({ slot, drive: readDrive(text) }))
  const drives = slots.filter(({ drive }) => drive.file !== 'none' && drive.options['media'] !== 'cdrom')
  for (const { drive } of drives) volumeOn(cluster, vm.node, drive.file)
  for (const { slot, drive } of drives) await plugDrive(cluster, vm, slot, drive)
}

/** Shows a machine that is connected late what QEMU holds already. */
export async function presentPlugged(vm: Vm): Promise<void> {
  for (const [slot, { volume }] of vm.plugged) {
    await vm.hardware.plug(slot, asDevice(slot, readDrive(vm.config.get(slot) ?? volume.volid), volume))
  }
}

function asDevice(slot: string, { options }: Drive, volume: Volume): PluggedDisk {
  const { wwn } = options
  return {
    disk: volume.disk,
    serial: options['serial'] === undefined ? `drive-${slot}` : decodeURIComponent(options['serial']),
    ...(wwn === undefined ? {} : { wwn }),
    vendor: options['vendor'] ?? 'QEMU',
    product: options['product'] ?? 'QEMU HARDDISK',
    readOnly: options['ro'] === '1',
    discard: options['discard'] === 'on',
    rotational: options['ssd'] !== '1',
  }
}

function about(vm: Vm, slot: string, volume: Volume): { node: string; vmid: number; slot: string; volid: string; note: string } {
  return { node: vm.node, vmid: vm.vmid, slot, volid: volume.volid, note: vm.name }
}
