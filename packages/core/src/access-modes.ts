/** What each kind of backend can serve, and the sentence when it cannot. */
export const accessModes = ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany', 'ReadWriteMany'] as const
export type AccessMode = (typeof accessModes)[number]

export const backendKinds = ['proxmox', 'local', 'nfs', 'rookCeph', 'ceph'] as const
export type BackendKind = (typeof backendKinds)[number]

/** What a volume is: what a backend serves can depend on it. */
export const volumeKinds = ['disk', 'directory', 'nfs', 'cephfs', 'rbd'] as const
export type VolumeKind = (typeof volumeKinds)[number]

interface Reach {
  readonly modes: readonly AccessMode[]
  /** How a person names it. */
  readonly title: string
  readonly why: string
}

const reach = {
  proxmox: {
    modes: ['ReadWriteOnce', 'ReadWriteOncePod'],
    title: 'proxmox (block disks)',
    why: 'a Proxmox disk is attached to one virtual machine at a time',
  },
  local: {
    modes: ['ReadWriteOnce', 'ReadWriteOncePod'],
    title: 'local (directories)',
    why: 'a local directory is on one node only',
  },
  nfs: { modes: accessModes, title: 'nfs', why: 'every node mounts an export' },
  rookCeph: { modes: accessModes, title: 'rookCeph with a filesystem', why: 'every node mounts a CephFS' },
  ceph: { modes: accessModes, title: 'ceph with a filesystem', why: 'every node mounts a CephFS' },
} as const satisfies Record<BackendKind, Reach>

/** Of volumes with a filesystem on them; a raw block volume of rbd may be shared, as its users arrange. */
const ofVolumes = {
  disk: reach.proxmox,
  directory: reach.local,
  nfs: reach.nfs,
  cephfs: reach.rookCeph,
  rbd: { modes: ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany'], title: 'rbd (images)', why: 'the filesystem on an image is destroyed when two machines write to it' },
} as const satisfies Record<VolumeKind, Reach>

/** Whether volumes of this kind, with a filesystem on them, can be used in this mode. */
export function servesVolumes(kind: VolumeKind, mode: AccessMode): boolean {
  const modes: readonly AccessMode[] = ofVolumes[kind].modes
  return modes.includes(mode)
}

export function accessModesOf(backend: BackendKind): readonly AccessMode[] {
  return reach[backend].modes
}

export function serves(backend: BackendKind, mode: AccessMode): boolean {
  return accessModesOf(backend).includes(mode)
}

export function backendsServing(mode: AccessMode): readonly BackendKind[] {
  return backendKinds.filter((kind) => serves(kind, mode))
}

/** `ReadWriteMany cannot be served by proxmox (block disks): … Use a class of nfs or …`. */
export function accessModeRefusal(backend: BackendKind, mode: AccessMode, volume?: VolumeKind): string {
  const { title, why, modes } = volume === undefined ? reach[backend] : ofVolumes[volume]
  const others = backendsServing(mode).map((kind) => reach[kind].title)
  return `${mode} cannot be served by ${title}: ${why}. It serves ${modes.join(' and ')}; for ${mode} use a class whose backend is ${others.join(' or ')}`
}
