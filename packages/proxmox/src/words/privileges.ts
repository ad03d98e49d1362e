/** What the driver's token must be allowed to do, and what for. Source: permissions in the schema of Proxmox VE 9.1 and pve-storage's checks. */
export interface PrivilegeNeed {
  readonly privilege: string
  /** `{storage}` and `{vmid}` stand for each storage of a class and each VM that is a node. */
  readonly path: '/storage/{storage}' | '/vms/{vmid}' | '/'
  readonly needed: 'always' | 'for-capacity' | 'for-replication'
  readonly why: string
}

export const driverPrivileges = [
  { privilege: 'VM.Audit', path: '/vms/{vmid}', needed: 'always', why: 'reads the configs of VMs, to see where disks are attached' },
  { privilege: 'VM.Config.Disk', path: '/vms/{vmid}', needed: 'always', why: 'attaches, detaches and resizes disks' },
  { privilege: 'Datastore.Allocate', path: '/storage/{storage}', needed: 'always', why: 'deletes disks, and attaches disks that no VM owns' },
  { privilege: 'Datastore.AllocateSpace', path: '/storage/{storage}', needed: 'always', why: 'creates and grows disks' },
  { privilege: 'Datastore.Audit', path: '/storage/{storage}', needed: 'always', why: 'lists disks and free space' },
  { privilege: 'VM.Replicate', path: '/vms/{vmid}', needed: 'for-replication', why: 'sets up the replication jobs of classes with replicate: true (since Proxmox VE 9; the upstream plugin only)' },
  { privilege: 'Sys.Audit', path: '/', needed: 'for-capacity', why: "sees the cluster's state and other users' tasks" },
] as const satisfies readonly PrivilegeNeed[]

/** What `Permission check failed (/storage/x, Datastore.Allocate)` says, or undefined. Several privileges are joined by `|`. */
export function parsePermissionFailure(text: string): { readonly path: string; readonly privileges: readonly string[] } | undefined {
  const [, path, privileges] = /Permission check failed \((\/[^,]*),\s*([^)]+)\)/.exec(text) ?? []
  if (path === undefined || privileges === undefined) return undefined
  return { path, privileges: privileges.split(/[|,\s]+/).filter((name) => name !== '') }
}

/** Sets that people use, as three reference documents list them (examples/seeds). */
export const privilegeSets: readonly { readonly document: string; readonly privileges: readonly string[] }[] = [
  { document: '000', privileges: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.Audit'] },
  { document: '001', privileges: ['Sys.Audit', 'VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit'] },
  { document: '002', privileges: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit'] },
]
