/** What volumes of Ceph can serve, and how they are mounted when the wire is encrypted. */
import { fault, volumesOf, warning, type Check, type Fault } from '../check.ts'
import { accessModeRefusal, servesVolumes } from '@stowage/core'
import { cephClassesOf, rooksOf, volumeKindOf } from './subject.ts'

/** A filesystem is shared; an image has one writer. */
export const imagesHaveOneWriter: Check = (subject) =>
  cephClassesOf(subject).flatMap(({ name, path, declared, kind }) =>
    volumeKindOf(declared) !== 'rbd'
      ? []
      : (declared.accessModes ?? []).flatMap((mode, index) =>
          mode === undefined || servesVolumes('rbd', mode) ? [] : [fault('access-mode', [...path, 'accessModes', index], `class ${name}: ${accessModeRefusal(kind, mode, 'rbd').replace(/; for [^;]*$/, '')}`, `for ${mode} use a class of a filesystem; claims with volumeMode Block may share an image, and need no word here`)],
        ),
  )

/**
 * The kernel's clients speak an old protocol unless they are told, and an encrypted cluster refuses it (Linux, libceph: ms_mode). Rook
 * hands the mode to its own profile of a filesystem; a class that says it holds for other profiles and for images as well.
 */
export const encryptedClustersAreMountedSo: Check = (subject) => {
  const encrypted = new Set(rooksOf(subject).filter(({ declared }) => declared.network?.encryption === true).map(({ name }) => name))
  return cephClassesOf(subject).flatMap(({ name, path, declared, backend }): readonly Fault[] => {
    if (!encrypted.has(backend) || declared.mounter === 'fuse' || declared.mounter === 'rbd-nbd') return []
    if (volumeKindOf(declared) === 'cephfs') {
      if ((declared.mountOptions ?? []).includes('ms_mode=secure')) return []
      return [fault('ms-mode', [...path, 'mountOptions'], `backend ${backend} encrypts its traffic, and class ${name} does not say ms_mode=secure: a kernel that is not told speaks a protocol that the cluster refuses`, 'add mountOptions: [ms_mode=secure]')]
    }
    if (volumeKindOf(declared) !== 'rbd' || /(?:^|[,:;])ms_mode=secure(?:$|[,;])/.test(declared.mapOptions ?? '')) return []
    return [fault('ms-mode', [...path, 'mapOptions'], `backend ${backend} encrypts its traffic, and class ${name} does not map its images with ms_mode=secure: a kernel that is not told speaks a protocol that the cluster refuses`, 'add mapOptions: "krbd:ms_mode=secure"')]
  })
}

/** ms_mode is an option of mapping: given to the filesystem on the image, the mount fails. */
export const imagesAreMountedAsFilesystems: Check = (subject) =>
  cephClassesOf(subject).flatMap(({ name, path, declared }) => {
    const at = volumeKindOf(declared) === 'rbd' ? (declared.mountOptions ?? []).findIndex((option) => option?.startsWith('ms_mode=')) : -1
    return at === -1 ? [] : [fault('ms-mode', [...path, 'mountOptions', at], `ms_mode means nothing to the filesystem on an image of class ${name}, and its mount would fail`, 'move it to mapOptions: "krbd:ms_mode=secure"')]
  })

/** Rook's example classes: where OSDs and pods share a node, xfs can wait for memory that only its own write would free. */
export const imagesBesideOsdsAreExt4: Check = (subject) =>
  cephClassesOf(subject).flatMap(({ name, path, declared, kind }) =>
    kind === 'rookCeph' && volumeKindOf(declared) === 'rbd' && declared.fstype === 'xfs' ? [warning('xfs-beside-osds', [...path, 'fstype'], `class ${name} puts xfs on images, and pods may run on the nodes of the OSDs: when memory runs short there, the two can wait for each other for ever`, 'use ext4, or keep the pods off those nodes')] : [],
  )

const builtOn = { 'object-map': 'exclusive-lock', 'fast-diff': 'object-map', journaling: 'exclusive-lock' } as const

/** A feature that is built on another (Ceph: rbd, image features; ceph-csi refuses it alone). */
export const imageFeaturesAreWhole: Check = (subject) =>
  cephClassesOf(subject).flatMap(({ name, path, declared: { imageFeatures = [] } }) =>
    Object.entries(builtOn).flatMap(([feature, base]) => {
      const at = imageFeatures.findIndex((one) => one === feature)
      return at === -1 || imageFeatures.includes(base) ? [] : [fault('image-features', [...path, 'imageFeatures', at], `${feature} of class ${name} is built on ${base}, which is not among its imageFeatures`, `add ${base}`)]
    }),
  )

/** Volumes that are in Ceph already cannot be adopted yet. */
export const volumesOfCephAreMade: Check = (subject) => {
  const classes = new Set(cephClassesOf(subject).map(({ name }) => name))
  return volumesOf(subject).flatMap(([name, { class: className }]) =>
    className !== undefined && classes.has(className) ? [fault('not-built-yet', ['spec', 'volumes', name], `not built yet: volume ${name} names the class ${className}, and this version cannot adopt volumes that are in Ceph already`, 'remove it; claims of the class get new volumes')] : [],
  )
}
