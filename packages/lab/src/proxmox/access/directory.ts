import type { Roles } from './privileges.ts'
import { builtInRoles } from './privileges.ts'

/** What `/etc/pve/user.cfg` and `/etc/pve/priv/token.cfg` hold. */
export interface Token {
  readonly secret: string
  /** Privilege separation: the token has at most its own ACLs, cut to what its user may. */
  readonly privsep: boolean
  readonly comment: string | undefined
  /** Seconds since the epoch; 0 never. */
  readonly expire: number
}

export interface User {
  readonly enable: boolean
  readonly expire: number
  readonly comment: string | undefined
  readonly email: string | undefined
  /** Only for logins by ticket. */
  readonly password: string | undefined
  readonly groups: readonly string[]
  readonly tokens: Map<string, Token>
}

export type AclSubject = 'user' | 'group' | 'token'

export interface AclEntry {
  readonly path: string
  readonly type: AclSubject
  /** `user@realm`, a group, or `user@realm!token`. */
  readonly ugid: string
  readonly roleid: string
  readonly propagate: boolean
}

export interface Directory {
  readonly users: Map<string, User>
  readonly groups: Map<string, { readonly comment: string | undefined }>
  readonly roles: Roles
  acl: readonly AclEntry[]
}

export interface UserOptions {
  /** `csi@pve` */
  readonly userid: string
  readonly password?: string
  readonly groups?: readonly string[]
  readonly tokens?: readonly { readonly tokenid: string; readonly secret: string; readonly privsep?: boolean; readonly expire?: number }[]
}

export interface AccessOptions {
  /** root@pam is always there; list it to give it a password or tokens. */
  readonly users?: readonly UserOptions[]
  readonly roles?: Readonly<Record<string, readonly string[]>>
  /** `ugid` holding `!` is a token, holding `@` a user, else a group. `propagate` defaults to true. */
  readonly acl?: readonly { readonly path: string; readonly ugid: string; readonly roleid: string; readonly propagate?: boolean }[]
}

export function createDirectory(options: AccessOptions): Directory {
  const directory: Directory = { users: new Map(), groups: new Map(), roles: builtInRoles(), acl: [] }
  for (const user of [{ userid: 'root@pam' }, ...(options.users ?? [])]) addUser(directory, user)
  for (const [name, list] of Object.entries(options.roles ?? {})) {
    directory.roles.set(name, { special: false, privileges: [...list].sort() })
  }
  directory.acl = (options.acl ?? []).map(({ path, ugid, roleid, propagate }) => ({
    path: normalPath(path),
    type: ugid.includes('!') ? 'token' : ugid.includes('@') ? 'user' : 'group',
    ugid,
    roleid,
    propagate: propagate ?? true,
  }))
  return directory
}

function addUser(directory: Directory, options: UserOptions): void {
  const tokens = (options.tokens ?? []).map(
    ({ tokenid, secret, privsep, expire }): [string, Token] => [tokenid, { secret, privsep: privsep ?? true, comment: undefined, expire: expire ?? 0 }],
  )
  for (const group of options.groups ?? []) directory.groups.set(group, { comment: undefined })
  directory.users.set(options.userid, {
    enable: true,
    expire: 0,
    comment: undefined,
    email: undefined,
    password: options.password,
    groups: options.groups ?? [],
    tokens: new Map(tokens),
  })
}

/** PVE::AccessControl::normalize_path: one slash between parts, none at the end. */
export function normalPath(path: string): string {
  return `/${path.split('/').filter((part) => part !== '').join('/')}`
}
