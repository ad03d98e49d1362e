import type { AclEntry } from '../access/directory.ts'
import { normalPath } from '../access/directory.ts'
import { permissionsOf } from '../access/effective.ts'
import { privileges } from '../access/privileges.ts'
import { died, parameterFailure, permissionFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import type { Call, Calls } from './call.ts'
import { isSet, needed } from './call.ts'
import { requirePermissionView } from './user-calls.ts'

function listRoles({ cluster }: Call): unknown[] {
  return [...cluster.directory.roles].map(([roleid, { special, privileges: names }]) => ({ roleid, special: special ? 1 : 0, privs: names.join(',') }))
}

function roleOf(call: Call): { readonly special: boolean; readonly privileges: readonly string[] } {
  const roleid = needed(call, 'roleid')
  const role = call.cluster.directory.roles.get(roleid)
  if (role === undefined) throw died(`role '${roleid}' does not exist`)
  return role
}

function privilegesIn(call: Call): string[] {
  const names = splitList(call.parameters['privs'] ?? '')
  const unknown = names.find((name) => !privileges.includes(name))
  if (unknown !== undefined) throw died(`invalid privilege '${unknown}'`)
  return names
}

function createRole(call: Call): null {
  const roleid = needed(call, 'roleid')
  const { roles } = call.cluster.directory
  if (/^PVE/i.test(roleid)) throw parameterFailure({ roleid: 'cannot use role ID starting with the (case-insensitive) \'PVE\' namespace' })
  if (roles.has(roleid)) throw died(`role '${roleid}' already exists`)
  roles.set(roleid, { special: false, privileges: privilegesIn(call).sort() })
  return null
}

function updateRole(call: Call): null {
  const role = roleOf(call)
  const roleid = needed(call, 'roleid')
  if (role.special) throw died(`auto-generated role '${roleid}' cannot be modified`)
  const kept = isSet(call, 'append') ? role.privileges : []
  call.cluster.directory.roles.set(roleid, { special: false, privileges: [...new Set([...kept, ...privilegesIn(call)])].sort() })
  return null
}

function deleteRole(call: Call): null {
  const roleid = needed(call, 'roleid')
  if (roleOf(call).special) throw died(`auto-generated role '${roleid}' cannot be deleted`)
  const { directory } = call.cluster
  directory.roles.delete(roleid)
  directory.acl = directory.acl.filter((entry) => entry.roleid !== roleid)
  return null
}

/** Only what the caller could change. */
function listAcl(call: Call): unknown[] {
  return call.cluster.directory.acl.filter(({ path }) => mayModify(call, path)).map(({ path, type, ugid, roleid, propagate }) => ({ path, type, ugid, roleid, propagate: propagate ? 1 : 0 }))
}

function mayModify(call: Call, path: string): boolean {
  try {
    call.rights.checkModify(path)
    return true
  } catch {
    return false
  }
}

function updateAcl(call: Call): null {
  const { parameters, cluster } = call
  const { directory } = cluster
  const path = normalPath(needed(call, 'path'))
  if (!isAclPath(path)) throw parameterFailure({ path: `invalid ACL path '${path}'` })
  const roles = splitList(needed(call, 'roles'))
  const unknownRole = roles.find((role) => !directory.roles.has(role))
  if (unknownRole !== undefined) throw died(`role '${unknownRole}' does not exist`)
  const subjects = subjectsOf(call)
  if (subjects.length === 0) throw parameterFailure({ users: "either 'users', 'groups' or 'tokens' is required." })
  if (!call.rights.has(path, 'Permissions.Modify')) requireOwnRoles(call, path, roles)
  const propagate = parameters['propagate'] === undefined || isSet(call, 'propagate')
  const entries: AclEntry[] = subjects.flatMap(({ type, ugid }) => roles.map((roleid) => ({ path, type, ugid, roleid, propagate })))
  const isAmong = (entry: AclEntry): boolean => entries.some((one) => one.path === entry.path && one.ugid === entry.ugid && one.roleid === entry.roleid)
  const others = directory.acl.filter((entry) => !isAmong(entry))
  directory.acl = isSet(call, 'delete') ? others : [...others, ...entries]
  return null
}

/** Without Permissions.Modify one may hand on only what one has. */
function requireOwnRoles(call: Call, path: string, roles: readonly string[]): void {
  for (const role of roles) {
    for (const privilege of call.cluster.directory.roles.get(role)?.privileges ?? []) {
      if (!call.rights.has(path, privilege)) throw permissionFailure(`${path}, Permissions.Modify`)
    }
  }
}

function subjectsOf(call: Call): { readonly type: AclEntry['type']; readonly ugid: string }[] {
  const { users, groups } = call.cluster.directory
  const named = splitList(call.parameters['users'] ?? '')
  const tokens = splitList(call.parameters['tokens'] ?? '')
  const grouped = splitList(call.parameters['groups'] ?? '')
  for (const user of named) if (!users.has(user)) throw died(`user '${user}' does not exist`)
  for (const group of grouped) if (!groups.has(group)) throw died(`group '${group}' does not exist`)
  for (const token of tokens) {
    const [userid = '', tokenid = ''] = token.split('!')
    if (users.get(userid)?.tokens.has(tokenid) !== true) throw died(`no such token '${tokenid}' for user '${userid}'`)
  }
  return [
    ...named.map((ugid) => ({ type: 'user' as const, ugid })),
    ...grouped.map((ugid) => ({ type: 'group' as const, ugid })),
    ...tokens.map((ugid) => ({ type: 'token' as const, ugid })),
  ]
}

/** PVE::AccessControl::check_path. */
function isAclPath(path: string): boolean {
  return /^\/$|^\/(access|nodes|pool|sdn|storage|vms|mapping)$|^\/access\/(groups|realm)(\/[\w.-]+)?$|^\/nodes\/[\w.-]+$|^\/pool\/.+$|^\/sdn\/.+$|^\/storage\/[\w.-]+$|^\/vms\/[1-9]\d{2,}$|^\/mapping\/.+$/.test(path)
}

/** `path → privilege → does it propagate`. */
function listPermissions(call: Call): unknown {
  const userid = call.parameters['userid'] ?? call.rights.user
  requirePermissionView(call, userid)
  const { directory, storages } = call.cluster
  const fixed = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms']
  const asked = call.parameters['path']
  const paths = asked === undefined ? [...new Set([...fixed, ...directory.acl.map(({ path }) => path), ...[...storages.keys()].map((id) => `/storage/${id}`)])] : [normalPath(asked)]
  const entries = paths.map((path): [string, Record<string, number>] => [
    path,
    Object.fromEntries([...permissionsOf(directory, userid, path)].map(([privilege, propagate]) => [privilege, propagate ? 1 : 0])),
  ])
  return Object.fromEntries(entries.filter(([, granted]) => asked !== undefined || Object.keys(granted).length > 0))
}

export const roleCalls: Calls = {
  'GET /access/roles': listRoles,
  'POST /access/roles': createRole,
  'GET /access/roles/{roleid}': (call) => Object.fromEntries(roleOf(call).privileges.map((name) => [name, 1])),
  'PUT /access/roles/{roleid}': updateRole,
  'DELETE /access/roles/{roleid}': deleteRole,
  'GET /access/acl': listAcl,
  'PUT /access/acl': updateAcl,
  'GET /access/permissions': listPermissions,
}
