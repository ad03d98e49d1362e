/** Whether the declared nodes and devices are what the declaration takes them for. */
import { deviceObject, mediumOf, values } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import type { Host } from './hosts.ts'
import type { CephModel, DeviceModel, HostModel } from './model.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { howToSettle, listed } from './words.ts'

export function proveDevices(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  return model.hosts.flatMap((host, index) => [
    nodeIsThere(host, hosts[index], book),
    ...sameDeviceTwice(host, book),
    ...host.devices.flatMap((device) => [deviceIsEmpty(host, device, book), encryptable(host, device, book), fasterMetadata(host, device, book)].filter((proof) => proof !== undefined)),
  ])
}

function nodeIsThere(host: HostModel, judged: Host | undefined, book: FactBook): Proof {
  const about: Proven = { check: 'node-not-there', object: `node/${host.name}`, path: [...host.path, 'name'], severity: 'error' }
  if (judged?.excluded !== 'not-there') return holds(about)
  const names = values(book.said('cluster', 'nodes')).flatMap((list) => String(list).split(','))
  return violated(about, `node ${host.name} is to give disks, and the cluster has no node of that name; it has ${listed(names, 'and', 8)}`, 'write the value of the node’s label kubernetes.io/hostname, or let the node join first')
}

function aboutDevice(check: string, host: HostModel, device: DeviceModel, severity: Proof['severity'] = 'error'): Proven {
  return { check, object: `device/${host.name}/${device.key}`, path: [...device.path, 'name'], severity }
}

/** Two names of one device: the second OSD would be made on the first one's disk. */
function sameDeviceTwice(host: HostModel, book: FactBook): readonly Proof[] {
  const first = new Map<string, DeviceModel>()
  return host.devices.map((device) => {
    const about = aboutDevice('same-device-twice', host, device)
    const object = deviceObject(host.name, device.key, book)
    const [real] = values(book.said(object, 'kname'))
    const identity = real === undefined ? object : `device/${host.name}/${String(real)}`
    const other = first.get(identity)
    if (other === undefined) first.set(identity, device)
    if (other === undefined || other.key === device.key) return holds(about)
    return violated(about, `${device.name} and ${other.name} of ${host.name} are one and the same device`, 'keep one of them, the path that stays: /dev/disk/by-id/…')
  })
}

const ownMarks = ['', 'ceph_bluestore']
const perhapsOwn = ['LVM2_member', 'crypto_LUKS']

/** Rook takes no device that carries a filesystem or partitions (pkg/daemon/ceph/osd/daemon.go, getAvailableDevices). */
function deviceIsEmpty(host: HostModel, device: DeviceModel, book: FactBook): Proof {
  const about = aboutDevice('device-not-empty', host, device)
  const object = deviceObject(host.name, device.key, book)
  const carried = values(book.said(object, 'fstype')).map(String)
  const foreign = carried.filter((fstype) => !ownMarks.includes(fstype))
  const partitions = values(book.said(object, 'partitions')).map(Number)
  const where = `${device.name} of ${host.name}`
  if (foreign.length > 0 && foreign.length === carried.length && foreign.every((fstype) => !perhapsOwn.includes(fstype))) {
    return violated(about, `${where} carries ${listed(foreign)}: Rook leaves it alone, and no OSD is made of it`, 'name another device; or, when nothing on it is needed, wipe it yourself (wipefs --all) and gather the facts again')
  }
  if (partitions.length > 0 && partitions.every((number) => number > 0)) {
    return violated(about, `${where} has ${partitions[0] ?? 0} partitions: Rook leaves it alone, and no OSD is made of it`, 'name an empty device, or the partition that is meant')
  }
  if (foreign.length > 0) return unknown(about, `${where} carries ${listed(foreign)}: that is an OSD of this cluster, or something else that Rook would leave alone`, 'look with lsblk -f; an OSD of this cluster is well', [`${object} fstype`])
  return holds(about)
}

/** By name or by fact, a part of a disk or a logical volume; ceph-volume encrypts whole devices only. */
const partByName = /^(?:sd[a-z]+\d+|vd[a-z]+\d+|xvd[a-z]+\d+|hd[a-z]+\d+|nvme\d+n\d+p\d+|mmcblk\d+p\d+|disk\/.*-part\d+|disk\/by-partuuid\/.*|disk\/by-partlabel\/.*)$/
const volumeByName = /^(?:dm-\d+|mapper\/.+|disk\/by-id\/dm-.*|(?!disk\/|nvme|sd|vd|md)[\w.+-]+\/[\w.+-]+)$/
const wholeByName = /^(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+|md\d+|disk\/by-(?:id|path)\/(?!dm-)(?!.*-part\d+$).*)$/

function encryptable(host: HostModel, device: DeviceModel, book: FactBook): Proof | undefined {
  if (!device.encrypted) return undefined
  const about = aboutDevice('encrypted-part', host, device)
  const object = deviceObject(host.name, device.key, book)
  const types = values(book.said(object, 'type')).map(String)
  const names = [device.key, ...values(book.said(object, 'kname')).map(String)]
  const refused = (what: string): Proof => violated(about, `${device.name} of ${host.name} is ${what}, and encryptedDevice is "true": only whole devices can be encrypted`, 'name the whole device, or write encryptedDevice: "false" for it')
  if (names.some((name) => partByName.test(name)) || (types.length > 0 && types.every((type) => type === 'part'))) return refused('a partition')
  if (names.some((name) => volumeByName.test(name)) || (types.length > 0 && types.every((type) => type === 'lvm'))) return refused('a logical volume')
  if (types.length > 0 ? types.every((type) => type !== 'part' && type !== 'lvm') : names.some((name) => wholeByName.test(name))) return holds(about)
  return unknown(about, `whether ${device.name} of ${host.name} is a whole device is not known, and encryptedDevice is "true"`, howToSettle([`${object} type`]), [`${object} type`])
}

/** Metadata on a device of the same kind as the data gains nothing, and one disk then carries several OSDs. */
function fasterMetadata(host: HostModel, device: DeviceModel, book: FactBook): Proof | undefined {
  if (device.metadataDevice === undefined) return undefined
  const about = aboutDevice('metadata-device-not-faster', host, device)
  const medium = (key: string): ReturnType<typeof mediumOf> => mediumOf(deviceObject(host.name, key, book), key, book)
  const [data, metadata] = [medium(device.key), medium(device.metadataDevice)]
  const possible = data.classes.flatMap((one) => metadata.classes.map((other) => rank(other) > rank(one)))
  if (possible.every(Boolean)) return holds(about)
  const where = `${device.metadataDevice} for the metadata of ${device.name} on ${host.name}`
  if (!possible.includes(true)) return violated(about, `${where} is no faster than the data: ${listed(data.classes, 'or')} and ${listed(metadata.classes, 'or')}`, 'name a faster device as metadataDevice, or leave it out')
  const deciding = [...data.deciding, ...metadata.deciding]
  return unknown(about, `whether ${where} is faster than the data is not known`, howToSettle(deciding), deciding)
}

function rank(deviceClass: string): number {
  return ['hdd', 'ssd', 'nvme'].indexOf(deviceClass)
}
