/** Whether the declared nodes and devices are what the declaration takes them for. */
import { isPart, saysNvme } from '../ceph/device-path.ts'
import { deviceObject, mediumOf, perhapsOsd, values } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import type { Host } from './hosts.ts'
import type { CephModel, DeviceModel, HostModel } from './model.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { howToSettle, listed } from './words.ts'

export function proveDevices(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  return model.hosts.flatMap((host, index) => [
    nodeIsThere(host, hosts[index], book),
    ...host.devices.flatMap((device) => [deviceIsEmpty(host, device, book), encryptable(host, device, book), fasterMetadata(host, device, book)].filter((proof) => proof !== undefined)),
  ])
}

function nodeIsThere(host: HostModel, judged: Host | undefined, book: FactBook): Proof {
  const about: Proven = { check: 'node-not-there', object: `node/${host.name}`, path: [...host.path, 'name'], severity: 'error' }
  if (judged?.excluded !== 'not-there') return holds(about)
  const names = values(book.said('cluster', 'nodes')).flatMap((list) => String(list).split(','))
  return violated(about, `storage.nodes lists node ${host.name}, and the cluster has no node of that name; it has ${listed(names, 'and', 8)}`, 'write the value of the node’s label kubernetes.io/hostname, or let the node join first')
}

function aboutDevice(check: string, host: HostModel, device: DeviceModel, severity: Proof['severity'] = 'error'): Proven {
  return { check, object: `device/${host.name}/${device.key}`, path: [...device.path, 'name'], severity }
}

/** Rook takes no device that carries a filesystem or partitions (pkg/daemon/ceph/osd/daemon.go, getAvailableDevices). */
function deviceIsEmpty(host: HostModel, device: DeviceModel, book: FactBook): Proof {
  const about = aboutDevice('device-not-empty', host, device)
  const object = deviceObject(host.name, device.key, book)
  if (values(book.said(object, 'osd')).some((is) => is === true)) return holds(about)
  const carried = values(book.said(object, 'fstype')).map(String)
  const foreign = carried.filter((fstype) => fstype !== '')
  const partitions = values(book.said(object, 'partitions')).map(Number)
  const where = `${device.name} of ${host.name}`
  if (foreign.length > 0 && foreign.length === carried.length && foreign.every((fstype) => !perhapsOsd.has(fstype))) {
    return violated(about, `${where} carries ${listed(foreign)}: Rook leaves it alone, and no OSD is made of it`, 'name another device; or, when nothing on it is needed any more, wipe it and gather the facts again. Stowage never wipes one')
  }
  if (partitions.length > 0 && partitions.every((number) => number > 0)) {
    return violated(about, `${where} has ${partitions[0] ?? 0} partitions: Rook leaves it alone, and no OSD is made of it`, 'name an empty device, or the partition that is meant')
  }
  if (foreign.length > 0) return unknown(about, `${where} carries ${listed(foreign)}: that is an OSD of this cluster, or of another one, or something else that Rook would leave alone`, howToSettle([`${object} osd`]), [`${object} osd`])
  return holds(about)
}

/** Rook encrypts whole disks only. What the name alone tells is said without facts, by the checks of Ceph's declaration. */
function encryptable(host: HostModel, device: DeviceModel, book: FactBook): Proof | undefined {
  if (!device.encrypted || isPart(device.name)) return undefined
  const about = aboutDevice('encrypted-part', host, device)
  const object = deviceObject(host.name, device.key, book)
  const types = values(book.said(object, 'type')).map(String)
  const parts = [...types.map((type) => type === 'part' || type === 'lvm'), ...values(book.said(object, 'kname')).map((name) => isPart(String(name)))]
  if (!parts.includes(true)) return holds(about)
  if (parts.includes(false)) return unknown(about, `whether ${device.name} of ${host.name} is a whole disk is not known, and encryptedDevice is "true"`, howToSettle([`${object} type`]), [`${object} type`])
  return violated(about, `${device.name} of ${host.name} is a partition or a logical volume, and encryptedDevice is "true": Rook encrypts whole disks only`, 'give Ceph the whole disk, or write encryptedDevice: "false" for this device')
}

/** Metadata on a device of the same kind as the data gains nothing, and one disk then carries several OSDs. */
function fasterMetadata(host: HostModel, device: DeviceModel, book: FactBook): Proof | undefined {
  if (device.metadataDevice === undefined) return undefined
  // Two paths that say nvme are said without facts, by the checks of Ceph's declaration.
  if (saysNvme(device.metadataDevice) && (saysNvme(device.name) || device.deviceClass === 'nvme')) return undefined
  const about = aboutDevice('metadata-device-not-faster', host, device)
  const medium = (key: string): ReturnType<typeof mediumOf> => mediumOf(deviceObject(host.name, key, book), key, book)
  const [data, metadata] = [medium(device.key), medium(device.metadataDevice)]
  const possible = data.classes.flatMap((one) => metadata.classes.map((other) => rank(other) > rank(one)))
  if (possible.every(Boolean)) return holds(about)
  const where = `${device.metadataDevice} for the metadata of ${device.name} on ${host.name}`
  if (!possible.includes(true)) return violated(about, `${where} is no faster than the data: ${data.classes.join() === metadata.classes.join() ? `both are ${listed(data.classes, 'or')}` : `it is ${listed(metadata.classes, 'or')}, the data ${listed(data.classes, 'or')}`}`, 'name a faster device as metadataDevice, or leave it out')
  const deciding = [...data.deciding, ...metadata.deciding]
  return unknown(about, `whether ${where} is faster than the data is not known`, howToSettle(deciding), deciding)
}

function rank(deviceClass: string): number {
  return ['hdd', 'ssd', 'nvme'].indexOf(deviceClass)
}
