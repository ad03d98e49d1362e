import type { AclEntry, Directory } from './directory.ts'
import { normalPath } from './directory.ts'

/** Privilege → does it propagate further down. */
export type Granted = ReadonlyMap<string, boolean>

export type AclByPath = ReadonlyMap<string, readonly AclEntry[]>

/** For whoever asks about many paths. */
export function aclByPath({ acl }: Directory): AclByPath {
  const byPath = new Map<string, AclEntry[]>()
  for (const entry of acl) {
    const there = byPath.get(entry.path)
    if (there === undefined) byPath.set(entry.path, [entry])
    else there.push(entry)
  }
  return byPath
}

/** What `who` (a user or `user!token`) may do at `path`. Source: PVE::RPCEnvironment::permissions. */
export function permissionsOf(directory: Directory, who: string, path: string, acl = aclByPath(directory)): Granted {
  const at = normalPath(path)
  const [user = who, token] = who.split('!')
  if (token === undefined) return userPermissions(directory, user, at, acl)
  const settings = directory.users.get(user)?.tokens.get(token)
  if (settings === undefined) return new Map()
  const ofUser = userPermissions(directory, user, at, acl)
  if (!settings.privsep) return ofUser
  const ofToken = granted(directory, acl, at, (entry) => (entry.type === 'token' && entry.ugid === who ? 'own' : undefined))
  return new Map([...ofToken].filter(([privilege]) => ofUser.has(privilege)))
}

function userPermissions(directory: Directory, user: string, path: string, acl: AclByPath): Granted {
  if (user === 'root@pam') {
    return new Map((directory.roles.get('Administrator')?.privileges ?? []).map((privilege) => [privilege, true]))
  }
  const groups = directory.users.get(user)?.groups ?? []
  return granted(directory, acl, path, (entry) => {
    if (entry.type === 'user' && entry.ugid === user) return 'own'
    return entry.type === 'group' && groups.includes(entry.ugid) ? 'group' : undefined
  })
}

/** From the root down, each level that says something replaces what came before; a user's own entries win over groups' at one level. */
function granted(directory: Directory, acl: AclByPath, path: string, relation: (entry: AclEntry) => 'own' | 'group' | undefined): Granted {
  let roles = new Map<string, boolean>()
  for (const level of levelsOf(path)) {
    const here = (acl.get(level) ?? []).filter((entry) => entry.propagate || level === path)
    const own = here.filter((entry) => relation(entry) === 'own')
    const chosen = own.length > 0 ? own : here.filter((entry) => relation(entry) === 'group')
    if (chosen.length > 0) roles = new Map(chosen.map(({ roleid, propagate }) => [roleid, propagate]))
  }
  if (roles.has('NoAccess')) return new Map()
  const privileges = new Map<string, boolean>()
  for (const [role, propagate] of roles) {
    for (const privilege of directory.roles.get(role)?.privileges ?? []) {
      privileges.set(privilege, propagate || privileges.get(privilege) === true)
    }
  }
  return privileges
}

/** `/`, `/storage`, `/storage/local` */
function levelsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)]
}
