/** Settings of OSDs that Rook takes and that cannot work, or not as they are meant. */
import { fault, type Check, type Fault } from '../check.ts'
import { isPart, plainName, saysNvme } from './device-path.ts'
import { everyHost, type Disk, type Host } from './disks.ts'

/** Rook encrypts whole disks only (rook v1.20, CephCluster: encryptedDevice). */
export const encryptedDevicesAreWhole: Check = (subject) =>
  everyHost(subject).flatMap(({ name: node, disks }) =>
    disks
      .filter(({ name, config }) => config['encryptedDevice'] === 'true' && isPart(name))
      .map(({ name, path }) => fault('encrypted-part', path, `${name} on node ${node} is a partition or a logical volume, and encryptedDevice is "true": Rook encrypts whole disks only`, 'give Ceph the whole disk, or set encryptedDevice: "false" on this device')),
  )

/** A device for metadata is faster than the data's, and holds no OSD of its own. */
export const metadataDevicesAreApart: Check = (subject) => everyHost(subject).flatMap((host) => host.disks.flatMap((disk) => metadataFaults(host, disk)))

function metadataFaults({ name: node, disks }: Host, disk: Disk): readonly Fault[] {
  const wanted = disk.config['metadataDevice']
  if (wanted === undefined) return []
  const at = disk.settingAt('metadataDevice')
  const itself = disks.find(({ name }) => plainName(name) === plainName(wanted))
  if (itself !== undefined) return [fault('metadata-device', at, `metadataDevice ${wanted} on node ${node} is itself a device for data`, `take ${itself.name} out of the devices of node ${node}, or use another one for metadata`)]
  const dataIsNvme = (disk.config['deviceClass'] ?? (saysNvme(disk.name) ? 'nvme' : undefined)) === 'nvme'
  if (!dataIsNvme || !saysNvme(wanted)) return []
  return [fault('metadata-device', at, `metadataDevice ${wanted} and ${disk.name} on node ${node} are both nvme: metadata would be no faster there, and its loss takes every OSD that leans on it`, 'remove metadataDevice, or use it for slower disks')]
}
