/**
 * Which CRUSH class a device's OSDs can have. Rook (v1.20, pkg/util/sys: GetDiskDeviceClass): what the declaration says; else
 * hdd if the device is rotational, nvme if its real path says so, else ssd.
 */
import type { Fact } from '../../facts/facts.ts'
import type { FactBook } from './fact-book.ts'
import type { DeviceModel } from './model.ts'

export interface DeviceOutcomes {
  /** `hdd`, `ssd`, `nvme` or a name of the declaration's own. */
  readonly classes: readonly string[]
  /** Whether Rook uses the device: it leaves one alone that carries something. */
  readonly used: 'yes' | 'no' | 'maybe'
  /** Facts that decide between them. */
  readonly deciding: readonly string[]
}

export function deviceOutcomes(node: string, device: DeviceModel, book: FactBook): DeviceOutcomes {
  const object = deviceObject(node, device.key, book)
  const use = useOf(object, book)
  const { classes, deciding } = device.deviceClass === undefined ? mediumOf(object, device.key, book) : { classes: [device.deviceClass], deciding: [] }
  return { classes, used: use.used, deciding: use.used === 'no' ? [] : [...deciding, ...use.deciding] }
}

/** The object that facts speak of: of this name, or the one that has this path among its aliases. */
export function deviceObject(node: string, key: string, book: FactBook): string {
  return book.deviceWith(node, `/dev/${key}`) ?? `device/${node}/${key}`
}

/** Classes by the device itself, whatever the declaration calls it. */
export function mediumOf(object: string, key: string, book: FactBook): { readonly classes: readonly string[]; readonly deciding: readonly string[] } {
  const nvme = namesNvme(object, key, book)
  const said = values(book.said(object, 'rotational'))
  // The kernel marks NVMe namespaces as not rotational; only a fact can say otherwise.
  const rotational = said.length > 0 ? said : nvme === 'yes' ? [false] : [true, false]
  const resting = nvme === 'yes' ? ['nvme'] : nvme === 'no' ? ['ssd'] : ['nvme', 'ssd']
  return {
    classes: [...(rotational.includes(true) ? ['hdd'] : []), ...(rotational.includes(false) ? resting : [])],
    deciding: [...(rotational.length > 1 ? [`${object} rotational`] : []), ...(rotational.includes(false) && nvme === 'maybe' ? [`${object} kname`] : [])],
  }
}

/** Names of the kernel and of udev that lead to no NVMe (systemd, rules.d/60-persistent-storage.rules). */
const neverNvme = /^(?:sd[a-z]+\d*|vd[a-z]+\d*|xvd[a-z]+\d*|hd[a-z]+\d*|mmcblk\d+(?:p\d+)?|dm-\d+|md\d+|loop\d+|mapper\/.*|disk\/by-id\/(?:ata|scsi|wwn|usb|virtio|dm|lvm|mmc|md)-.*|disk\/by-path\/.*-(?:ata|scsi|sas|usb)-.*)$/

function namesNvme(object: string, key: string, book: FactBook): 'yes' | 'no' | 'maybe' {
  const real = values(book.said(object, 'kname')).map(String)
  const names = real.length > 0 ? real : [object.split('/').slice(2).join('/'), key]
  if (names.some((name) => name.includes('nvme'))) return 'yes'
  return names.some((name) => neverNvme.test(name)) ? 'no' : 'maybe'
}

/** An OSD of this cluster may be under these, or one of another, or something else altogether. */
export const perhapsOsd: ReadonlySet<string> = new Set(['ceph_bluestore', 'LVM2_member', 'crypto_LUKS'])

/** Rook makes no OSD of a device that carries a filesystem or partitions (pkg/daemon/ceph/osd/daemon.go, getAvailableDevices); one that is there is used. */
function useOf(object: string, book: FactBook): Pick<DeviceOutcomes, 'used' | 'deciding'> {
  if (values(book.said(object, 'osd')).some((is) => is === true)) return { used: 'yes', deciding: [] }
  const carried = values(book.said(object, 'fstype')).map(String)
  const partitioned = values(book.said(object, 'partitions')).map((count) => Number(count) > 0)
  const states = [
    ...carried.map((fstype) => (fstype === '' ? 'yes' : perhapsOsd.has(fstype) ? 'maybe' : 'no')),
    ...partitioned.map((is) => (is ? 'no' : 'yes')),
  ] as const
  if (!states.some((state) => state !== 'yes')) return { used: 'yes', deciding: [] }
  const certain = (carried.length > 0 && carried.every((fstype) => fstype !== '' && !perhapsOsd.has(fstype))) || (partitioned.length > 0 && partitioned.every(Boolean))
  return certain ? { used: 'no', deciding: [] } : { used: 'maybe', deciding: [`${object} osd`] }
}

export function values(facts: readonly Fact[]): readonly Fact['value'][] {
  return facts.map(({ value }) => value)
}
