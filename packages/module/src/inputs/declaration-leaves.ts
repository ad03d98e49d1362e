/**
 * Where a declaration may hold a value that is not known yet. What decides which objects exist, or whether they can be healthy
 * (names, kinds, nodes, devices, sizes, counts, failure domains, device classes, providers, switches), is not here.
 */
import type { Leaf, PassThrough } from './leaves.ts'

export const declarationLeaves: readonly PassThrough[] = [
  { at: ['spec', 'namespace'], as: 'name' },
  { at: ['spec', 'backends', '*', 'rookCeph', 'clusterName'], as: 'name' },
  { at: ['spec', 'backends', '*', 'rookCeph', 'image'], as: 'image', contrast: ['ceph:v0.0.0'] },
  { at: ['spec', 'backends', '*', 'rookCeph', 'dataDirHostPath'], as: 'directory' },
  { at: ['spec', 'classes', '*', 'reclaimPolicy'], as: ['Retain', 'Delete'] },
  { at: ['spec', 'classes', '*', 'volumeBindingMode'], as: ['Immediate', 'WaitForFirstConsumer'] },
  { at: ['spec', 'classes', '*', 'allowVolumeExpansion'], as: [true, false] },
  { at: ['spec', 'backup', 'velero', 'namespace'], as: 'name' },
  { at: ['spec', 'backup', 'velero', 'defaultBackupTTL'], as: 'duration', contrast: ['1s'] },
  { at: ['spec', 'backup', 'velero', 'credentials', 'existingSecret'], as: 'name' },
  ...['locations', 'snapshotLocations'].flatMap((list): readonly PassThrough[] => [
    { at: ['spec', 'backup', 'velero', list, '*', 'bucket'], as: 'name' },
    { at: ['spec', 'backup', 'velero', list, '*', 'prefix'], as: 'name' },
    { at: ['spec', 'backup', 'velero', list, '*', 'region'], as: 'name' },
    { at: ['spec', 'backup', 'velero', list, '*', 'config', 's3Url'], as: 'url', contrast: ['http://x'] },
    { at: ['spec', 'backup', 'velero', list, '*', 'config', 'publicUrl'], as: 'url', contrast: ['http://x'] },
    { at: ['spec', 'backup', 'velero', list, '*', 'config', '*'], as: 'name' },
    { at: ['spec', 'backup', 'velero', list, '*', 'credential', 'name'], as: 'name' },
    { at: ['spec', 'backup', 'velero', list, '*', 'credential', 'key'], as: 'name' },
  ]),
]

/** A leaf that is no text stands in exactly one place of the plan: the field of the same name of its StorageClass. */
export function landingOf({ path, text }: Leaf): { readonly id: string; readonly field: string } | undefined {
  if (text || path[1] !== 'classes') return undefined
  return { id: `storage.k8s.io/StorageClass/${String(path[2])}`, field: String(path[3]) }
}
