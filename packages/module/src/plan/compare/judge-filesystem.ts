/** CephFilesystem, CephBlockPool, CephFilesystemSubVolumeGroup: what a change of each field means, and what losing one does. */
import { valueAt } from '../../spec/value-at.ts'
import type { KubernetesObject } from '../plan.ts'
import type { Verdict } from './effect.ts'
import { poolRules } from './judge-pools.ts'
import { destroys, interrupting, migrate, recreate, safe, told, type Rule } from './rule.ts'

export const filesystemRules: readonly Rule[] = [
  { field: /^spec\.dataPools\[0\]$/, verdict: ({ before, after }) => migrate(`the first data pool is the filesystem's default for its life: it stays ${told(before)}, and does not become ${told(after)}`) },
  {
    field: /^spec\.dataPools\[[^\]]+\]$/,
    verdict: ({ field, before, after }) => {
      if (field === 'spec.dataPools[0]') return undefined
      const pool = /\[([^\]]+)\]/.exec(field)?.[1] ?? ''
      if (before === undefined) return safe(`data pool ${pool} is made and added to the filesystem`)
      if (after === undefined) return migrate(`data pool ${pool} leaves the list: Rook does not delete it, so it and its data stay in Ceph, managed by nobody; move its data before it is removed by hand`)
      return undefined
    },
  },
  { field: /^spec\.(?:dataPools|metadataPool)\[?[^.]*\]?\.name$/, verdict: ({ before, after }) => migrate(`Rook knows pools by name: ${told(after)} is made empty, and the data stays in ${told(before)}`) },
  { field: /^spec\.preservePoolNames$/, verdict: () => migrate("with another rule for names Rook looks for pools that are not there and makes them empty; the data stays in the pools that have the old names") },
  { field: /^spec\.(?:preserveFilesystemOnDelete|preservePoolsOnDelete)$/, verdict: ({ field, after }) => (after === true ? safe('from then on deleting the object keeps the data') : destroys(`without ${field.slice(5)} deleting the object deletes its data; nothing is lost by the change itself`)) },
  {
    field: /^spec\.metadataServer\.activeCount$/,
    verdict: ({ before, after }) => safe(Number(after) < Number(before) ? `the filesystem goes from ${told(before)} active metadata servers to ${told(after)}; Ceph hands their directories over, and clients wait for moments` : `the filesystem gets ${told(after)} active metadata servers`),
  },
  ...poolRules('spec\\.metadataPool\\.'),
  ...poolRules('spec\\.dataPools\\[[^\\]]+\\]\\.'),
]

export const blockPoolRules: readonly Rule[] = [
  { field: /^spec\.name$/, verdict: ({ before, after }) => migrate(`a pool keeps its name: ${told(after)} would be made empty, and the images stay in ${told(before)}`) },
  ...poolRules('spec\\.'),
]

/** `name`, `filesystemName` and `clusterID` are immutable by a rule of the CRD (rook 1.20). */
export const subvolumeGroupRules: readonly Rule[] = [
  { field: /^spec\.(?:name|filesystemName|clusterID)$/, verdict: ({ field, before, after }) => migrate(`${field.slice(5)} cannot change from ${told(before)} to ${told(after)}: volumes are in the group, and would have to be copied into another`) },
  { field: /^spec\.dataPoolName$/, verdict: ({ before, after }) => migrate(`new files go to pool ${told(after)}; those that exist stay in ${told(before)} until they are copied`) },
  { field: /^spec\.pinning\b/, verdict: () => safe('directories are spread over the metadata servers in another way; data stays where it is') },
]

export function removedFilesystem({ metadata, ...object }: KubernetesObject): Verdict {
  const keeps = valueAt(object, ['spec', 'preserveFilesystemOnDelete']) === true
  if (keeps) return interrupting(recreate(`Rook stops the metadata servers of filesystem ${metadata.name} and keeps it in Ceph (preserveFilesystemOnDelete): its volumes hang until it is declared again`))
  return destroys(`Rook deletes filesystem ${metadata.name} with its pools, and every volume on it`)
}

export function removedBlockPool({ metadata }: KubernetesObject): Verdict {
  return destroys(`Rook deletes pool ${metadata.name} with every image in it (it waits while there are images, and deletes when the last is gone or the deletion is forced)`)
}

export function removedSubvolumeGroup({ metadata }: KubernetesObject): Verdict {
  return destroys(`the subvolume group of ${metadata.name} holds every volume of its filesystem; Rook deletes it as soon as it is empty, or by force with what is in it`)
}
