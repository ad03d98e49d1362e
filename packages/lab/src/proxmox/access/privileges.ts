/**
 * Privileges and built-in roles of Proxmox VE 9.1 (PVE::AccessControl's privgroups). VM.Monitor went away with 9,
 * VM.Replicate and the VM.GuestAgent privileges came.
 */
interface PrivilegeGroup {
  readonly root: readonly string[]
  readonly admin: readonly string[]
  readonly user: readonly string[]
  readonly audit: readonly string[]
}

const groups: Readonly<Record<string, PrivilegeGroup>> = {
  VM: {
    root: [],
    admin: [
      'VM.Config.Disk', 'VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Network', 'VM.Config.HWType', 'VM.Config.Options',
      'VM.Allocate', 'VM.Clone', 'VM.Migrate', 'VM.Snapshot', 'VM.Snapshot.Rollback', 'VM.Replicate',
      'VM.GuestAgent.FileRead', 'VM.GuestAgent.FileWrite', 'VM.GuestAgent.FileSystemMgmt', 'VM.GuestAgent.Unrestricted',
    ],
    user: ['VM.Config.CDROM', 'VM.Config.Cloudinit', 'VM.Console', 'VM.Backup', 'VM.PowerMgmt'],
    audit: ['VM.Audit', 'VM.GuestAgent.Audit'],
  },
  Sys: {
    root: ['Sys.PowerMgmt', 'Sys.Modify', 'Sys.Incoming', 'Sys.AccessNetwork'],
    admin: ['Sys.Console', 'Sys.Syslog'],
    user: [],
    audit: ['Sys.Audit'],
  },
  Datastore: {
    root: [],
    admin: ['Datastore.Allocate', 'Datastore.AllocateTemplate'],
    user: ['Datastore.AllocateSpace'],
    audit: ['Datastore.Audit'],
  },
  SDN: { root: [], admin: ['SDN.Allocate'], user: ['SDN.Use'], audit: ['SDN.Audit'] },
  User: { root: ['Realm.Allocate'], admin: ['User.Modify', 'Group.Allocate', 'Realm.AllocateUser'], user: [], audit: [] },
  Pool: { root: [], admin: ['Pool.Allocate'], user: ['Pool.Audit'], audit: ['Pool.Audit'] },
  Mapping: { root: [], admin: ['Mapping.Modify'], user: ['Mapping.Use'], audit: ['Mapping.Audit'] },
}

const all = Object.values(groups)

export const privileges: readonly string[] = [
  ...new Set([...all.flatMap(({ root, admin, user, audit }) => [...root, ...admin, ...user, ...audit]), 'Permissions.Modify']),
].sort()

export type Roles = Map<string, { readonly special: boolean; readonly privileges: readonly string[] }>

/** The roles that every installation has. */
export function builtInRoles(): Roles {
  const roles: Roles = new Map()
  const add = (name: string, list: readonly string[]): void => void roles.set(name, { special: true, privileges: [...new Set(list)].sort() })
  add('NoAccess', [])
  add('Administrator', privileges)
  add('PVEAdmin', all.flatMap(({ admin, user, audit }) => [...admin, ...user, ...audit]))
  add('PVEAuditor', all.flatMap(({ audit }) => audit))
  add('PVETemplateUser', ['VM.Clone', 'VM.Audit'])
  for (const [name, { admin, user, audit }] of Object.entries(groups)) {
    add(`PVE${name}Admin`, [...admin, ...user, ...audit])
    if (user.length > 0) add(`PVE${name}User`, [...user, ...audit])
  }
  return roles
}
