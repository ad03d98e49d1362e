/** What each kind of backend can serve, and the sentence when it cannot. */
export const accessModes = ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany', 'ReadWriteMany'] as const
export type AccessMode = (typeof accessModes)[number]

export const backendKinds = ['proxmox', 'local', 'nfs', 'rookCeph', 'ceph'] as const
export type BackendKind = (typeof backendKinds)[number]

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
export function accessModeRefusal(backend: BackendKind, mode: AccessMode): string {
  const { title, why, modes } = reach[backend]
  const others = backendsServing(mode).map((kind) => reach[kind].title)
  return `${mode} cannot be served by ${title}: ${why}. It serves ${modes.join(' and ')}; for ${mode} use a class whose backend is ${others.join(' or ')}`
}
