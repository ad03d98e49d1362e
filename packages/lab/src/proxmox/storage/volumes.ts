import type { Cluster } from '../cluster.ts'
import { holdersOf, requireQuorum, splitVolid, storageOf, takeTime } from '../cluster.ts'
import { died } from '../schema/failure.ts'
import type { StorageArea, Volume } from './storage.ts'

export interface NewVolume {
  readonly vmid: number
  /** The file or volume name that was asked for. */
  readonly file: string
  readonly format: string | undefined
  readonly bytes: number
}

/** PVE::Storage::vdisk_alloc, under the storage's lock. */
export async function allocateVolume(cluster: Cluster, node: string, storage: string, wanted: NewVolume): Promise<Volume> {
  const area = storageOf(cluster, storage).areaOn(node)
  return locked(cluster, area, async () => {
    await takeTime(cluster, 80)
    const volume = area.allocate(wanted.vmid, wanted.file, wanted.format, wanted.bytes, cluster.clock.now())
    cluster.history.add({ kind: 'disk created', node, volid: volume.volid, bytes: volume.disk.size })
    return volume
  })
}

/** PVE::Storage::vdisk_free. A volume that is not there is no error, as in the plugins of ZFS and directories. */
export async function freeVolume(cluster: Cluster, node: string, volid: string, note: (line: string) => void): Promise<void> {
  const { storage, name } = splitVolid(volid)
  const area = storageOf(cluster, storage).areaOn(node)
  const { kind, place } = area.definition
  await locked(cluster, area, async () => {
    await takeTime(cluster, 120)
    const volume = area.volumes.get(name)
    if (volume === undefined) return note(missing(area, name))
    // ZFS answers that the dataset is busy; Proxmox tries six times, a second apart.
    for (let left = 6; kind.busyWhenOpen && holdersOf(cluster, volume).length > 0; left--) {
      if (left === 0 || area.definition.type !== 'zfspool') throw died(kind.texts.busy(place, name))
      await cluster.clock.sleep(1000)
    }
    area.free(name)
    cluster.history.add({ kind: 'disk deleted', node, volid })
  })
}

function missing(area: StorageArea, name: string): string {
  const { type, kind, place } = area.definition
  if (type === 'lvmthin') throw died(`lvremove '${place}/${name}' error:   Failed to find logical volume "${place}/${name}"`)
  if (type === 'rbd') throw died(kind.texts.missing(place, name))
  return `disk image '${kind.path(place, name)}' does not exist`
}

/** PVE::Storage::volume_resize: grows what is there; what a guest holds sees it through the block layer. */
export async function growVolume(cluster: Cluster, node: string, volume: Volume, bytes: number): Promise<void> {
  await takeTime(cluster, 60)
  volume.area.grow(volume, bytes)
  cluster.history.add({ kind: 'disk resized', node, volid: volume.volid, bytes: volume.disk.size })
}

function locked<T>(cluster: Cluster, area: StorageArea, work: () => Promise<T>): Promise<T> {
  if (area.definition.shared) requireQuorum(cluster, `storage-${area.definition.id}`)
  return area.lock.during(work)
}
