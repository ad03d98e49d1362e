/** NodeGetVolumeStats, from mountinfo and statfs; never a stat of a path that may hang. */
import { StorageError } from '@stowage/core'
import { deviceSize, mountAt, readMounts, type Host, type StatisticsReader } from '@stowage/host'
import type { Usage } from './node-backend.ts'
import { isBlockBind } from './publish-volume.ts'

const statisticsTimeoutMs = 5000

/** Throws `not-found` when nothing is mounted at the path. A raw block volume tells its total only. */
export async function usageOf(host: Host, statistics: StatisticsReader, volumeId: string, path: string): Promise<readonly Usage[]> {
  const entry = mountAt(await readMounts(host), path)
  if (entry === undefined) throw new StorageError('not-found', `volume ${volumeId} is not at ${path} on this node`)
  if (isBlockBind(entry)) return [{ unit: 'BYTES', total: await deviceSize(host, `/dev${entry.root}`) }]
  const { totalBytes, availableBytes, usedBytes, totalInodes, freeInodes } = await statistics.read(path, statisticsTimeoutMs)
  return [
    { unit: 'BYTES', total: totalBytes, available: availableBytes, used: usedBytes },
    { unit: 'INODES', total: totalInodes, available: freeInodes, used: totalInodes - freeInodes },
  ]
}
