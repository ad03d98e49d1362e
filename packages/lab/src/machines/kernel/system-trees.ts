/** /dev, /proc and /sys, as far as the programs and the driver of a storage node look. */
import { Errno } from '../filesystem/errno.ts'
import { Filesystem } from '../filesystem/filesystem.ts'
import type { NewFile } from '../filesystem/filesystem.ts'
import type { ScsiDevice } from './scsi-device.ts'

const unlimited = { blocks: 4 * 1024 * 1024, free: 4 * 1024 * 1024, reserved: 0, inodes: 4 * 1024 * 1024, usedInodes: 1 }
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

export function memoryFilesystem(type: string, minor: number, now: () => number, bytes?: number): Filesystem {
  const blocks = bytes === undefined ? unlimited.blocks : Math.floor(bytes / 4096)
  return new Filesystem({
    type,
    rootInode: 1,
    major: 0,
    minor,
    now,
    blockSize: 4096,
    capacity: { ...unlimited, blocks, free: blocks },
  })
}

/** Creates a file and the directories above it; an existing one is replaced. */
export function put(filesystem: Filesystem, path: string, file: NewFile): void {
  const names = path.split('/')
  const last = names.pop() ?? ''
  let directory = filesystem.root
  for (const name of names) {
    directory = (filesystem.lookup(directory, name) ?? filesystem.create(directory, name, { kind: 'directory', mode: 0o755 })).number
  }
  if (filesystem.lookup(directory, last) !== undefined) filesystem.unlink(directory, last)
  filesystem.create(directory, last, file)
}

export function generated(content: () => string | Uint8Array, mode = 0o444): NewFile {
  return {
    kind: 'file',
    mode,
    generated: () => {
      const made = content()
      return typeof made === 'string' ? text(made) : made
    },
  }
}

export function drop(filesystem: Filesystem, path: string): void {
  const names = path.split('/')
  const last = names.pop() ?? ''
  let directory = filesystem.root
  for (const name of names) {
    const next = filesystem.lookup(directory, name)
    if (next === undefined) return
    directory = next.number
  }
  const found = filesystem.lookup(directory, last)
  if (found === undefined) return
  if (found.kind === 'directory') dropTree(filesystem, directory, last)
  else filesystem.unlink(directory, last)
}

function dropTree(filesystem: Filesystem, parent: number, name: string): void {
  const inode = filesystem.lookup(parent, name)
  if (inode === undefined) return
  if (inode.kind !== 'directory') return filesystem.unlink(parent, name)
  for (const child of inode.entries.keys()) dropTree(filesystem, inode.number, child)
  filesystem.removeDirectory(parent, name)
}

/** What udev makes of a disk (60-persistent-storage.rules, and the scsi- names of sg3-utils): names under /dev/disk/by-id. */
export function deviceLinks(device: ScsiDevice): readonly string[] {
  const { serial, wwn, vendor, product } = device.plugged
  const words = `${vendor}_${product}`.trim().replaceAll(/\s+/g, '_')
  const hex = wwn?.replace(/^0x/, '').toLowerCase()
  const named = [`scsi-0${words}_${serial}`]
  return hex === undefined ? named : [...named, `wwn-0x${hex}`, `scsi-3${hex}`]
}

export function showDevice(dev: Filesystem, sys: Filesystem, device: ScsiDevice): void {
  put(dev, device.name, { kind: 'block', mode: 0o660, major: device.major, minor: device.minor })
  for (const link of deviceLinks(device)) put(dev, `disk/by-id/${link}`, { kind: 'symlink', mode: 0o777, target: `../../${device.name}` })
  showInSys(sys, device)
}

export function hideDevice(dev: Filesystem, sys: Filesystem, device: ScsiDevice): void {
  drop(dev, device.name)
  for (const link of deviceLinks(device)) drop(dev, `disk/by-id/${link}`)
  drop(sys, `block/${device.name}`)
  drop(sys, `class/block/${device.name}`)
  drop(sys, `${controller}/${scsiAddress(device)}`)
}

const controller = 'devices/pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0'

/** host:channel:target:lun. Proxmox makes the number of the slot the LUN. */
function scsiAddress(device: ScsiDevice): string {
  return `2:0:0:${device.slot.replace(/\D/g, '')}`
}

function showInSys(sys: Filesystem, device: ScsiDevice): void {
  const address = scsiAddress(device)
  const at = `${controller}/${address}`
  const { plugged } = device
  const block = (path: string, content: () => string): void => put(sys, `${at}/block/${device.name}/${path}`, generated(content))
  const scsi = (path: string, content: () => string | Uint8Array): void => put(sys, `${at}/${path}`, generated(content))
  const link = (path: string, target: string): void => put(sys, path, { kind: 'symlink', mode: 0o777, target })
  // Always in 512-byte sectors, whatever the device's own (Documentation/ABI/stable/sysfs-block).
  block('size', () => `${Math.floor(device.size / 512)}\n`)
  block('ro', () => `${plugged.readOnly ? 1 : 0}\n`)
  block('removable', () => '0\n')
  block('dev', () => `${device.major}:${device.minor}\n`)
  block('queue/rotational', () => `${plugged.rotational ? 1 : 0}\n`)
  block('queue/logical_block_size', () => '512\n')
  block('queue/physical_block_size', () => '512\n')
  block('queue/discard_max_bytes', () => `${plugged.discard ? 1073741824 : 0}\n`)
  scsi('vendor', () => `${plugged.vendor.padEnd(8)}\n`)
  scsi('model', () => `${plugged.product.padEnd(16)}\n`)
  scsi('state', () => (device.gone ? 'offline\n' : 'running\n'))
  scsi('wwid', () => wwid(device))
  scsi('vpd_pg80', () => unitSerialPage(plugged.serial))
  link(`${at}/block/${device.name}/device`, `../../../${address}`)
  link(`block/${device.name}`, `../${at}/block/${device.name}`)
  link(`class/block/${device.name}`, `../../${at}/block/${device.name}`)
}

/** Without a WWN, QEMU's only designator is of a vendor's own kind, of which the kernel makes no wwid: the read answers EINVAL. */
function wwid(device: ScsiDevice): string {
  const { wwn } = device.plugged
  if (wwn === undefined) throw new Errno('EINVAL')
  return `naa.${wwn.replace(/^0x/, '').toLowerCase()}\n`
}

/** SPC-4, Unit Serial Number VPD page: type 0, page 0x80, a length of two bytes, the serial. */
function unitSerialPage(serial: string): Uint8Array {
  const bytes = text(serial)
  return new Uint8Array([0, 0x80, bytes.length >> 8, bytes.length & 0xff, ...bytes])
}
