import type { Token, User } from '../access/directory.ts'
import { died, parameterFailure, permissionFailure, PveFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import type { Ticket, Tickets } from '../gateway/authenticate.ts'
import { Rights } from '../access/check.ts'
import type { Call, Calls } from './call.ts'
import { isSet, needed } from './call.ts'

function userOf(call: Call): User {
  const userid = needed(call, 'userid')
  const user = call.cluster.directory.users.get(userid)
  if (user === undefined) throw died(`no such user ('${userid}')`)
  return user
}

function tokenOf(call: Call): Token {
  const tokenid = needed(call, 'tokenid')
  const token = userOf(call).tokens.get(tokenid)
  if (token === undefined) throw died(`no such token '${tokenid}' for user '${needed(call, 'userid')}'`)
  return token
}

function optional(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value }
}

function describeUser(user: User): Record<string, unknown> {
  return { enable: user.enable ? 1 : 0, expire: user.expire, ...optional('comment', user.comment), ...optional('email', user.email) }
}

function describeToken(token: Token): Record<string, unknown> {
  return { privsep: token.privsep ? 1 : 0, expire: token.expire, ...optional('comment', token.comment) }
}

function listUsers(call: Call): unknown[] {
  const { directory } = call.cluster
  const auditsAll = call.rights.hasAny('/access/groups', 'User.Modify', 'Sys.Audit')
  const self = call.rights.user.split('!')[0]
  const sees = (userid: string, user: User): boolean =>
    auditsAll || userid === self || user.groups.some((group) => call.rights.hasAny(`/access/groups/${group}`, 'User.Modify', 'Sys.Audit'))
  return [...directory.users].filter(([userid, user]) => sees(userid, user)).map(([userid, user]) => ({
    userid,
    ...describeUser(user),
    'realm-type': userid.split('@')[1] ?? '',
    ...(isSet(call, 'full') ? { groups: user.groups.join(','), tokens: [...user.tokens].map(([tokenid, token]) => ({ tokenid, ...describeToken(token) })) } : {}),
  }))
}

function createUser(call: Call): null {
  const { users, groups } = call.cluster.directory
  const userid = needed(call, 'userid')
  if (users.has(userid)) throw died(`create user failed: user '${userid}' already exists`)
  if (!/@(pam|pve)$/.test(userid)) throw died(`create user failed: domain '${userid.split('@')[1] ?? ''}' does not exist`)
  const wanted = splitList(call.parameters['groups'] ?? '')
  const unknown = wanted.find((group) => !groups.has(group))
  if (unknown !== undefined) throw died(`create user failed: no such group '${unknown}'`)
  users.set(userid, {
    enable: call.parameters['enable'] === undefined || isSet(call, 'enable'),
    expire: Number(call.parameters['expire'] ?? 0),
    comment: call.parameters['comment'],
    email: call.parameters['email'],
    password: call.parameters['password'],
    groups: wanted,
    tokens: new Map(),
  })
  return null
}

function updateUser(call: Call): null {
  const user = userOf(call)
  const { parameters } = call
  const groups = parameters['groups'] === undefined ? user.groups : [...new Set([...(isSet(call, 'append') ? user.groups : []), ...splitList(parameters['groups'])])]
  call.cluster.directory.users.set(needed(call, 'userid'), {
    ...user,
    enable: parameters['enable'] === undefined ? user.enable : isSet(call, 'enable'),
    expire: parameters['expire'] === undefined ? user.expire : Number(parameters['expire']),
    comment: parameters['comment'] ?? user.comment,
    email: parameters['email'] ?? user.email,
    groups,
  })
  return null
}

function deleteUser(call: Call): null {
  const userid = needed(call, 'userid')
  userOf(call)
  const { directory } = call.cluster
  directory.users.delete(userid)
  directory.acl = directory.acl.filter(({ ugid }) => ugid !== userid && !ugid.startsWith(`${userid}!`))
  return null
}

/** The secret is shown this once. */
function createToken(call: Call): unknown {
  const user = userOf(call)
  const tokenid = needed(call, 'tokenid')
  if (user.tokens.has(tokenid)) throw parameterFailure({ tokenid: 'Token already exists.' })
  const token: Token = {
    secret: call.cluster.random.uuid(),
    privsep: call.parameters['privsep'] === undefined || isSet(call, 'privsep'),
    comment: call.parameters['comment'],
    expire: Number(call.parameters['expire'] ?? 0),
  }
  user.tokens.set(tokenid, token)
  return { 'full-tokenid': `${needed(call, 'userid')}!${tokenid}`, info: describeToken(token), value: token.secret }
}

function updateToken(call: Call): unknown {
  const before = tokenOf(call)
  const { parameters } = call
  const token: Token = {
    ...before,
    privsep: parameters['privsep'] === undefined ? before.privsep : isSet(call, 'privsep'),
    comment: parameters['comment'] ?? before.comment,
    expire: parameters['expire'] === undefined ? before.expire : Number(parameters['expire']),
  }
  userOf(call).tokens.set(needed(call, 'tokenid'), token)
  return describeToken(token)
}

function deleteToken(call: Call): null {
  tokenOf(call)
  const full = `${needed(call, 'userid')}!${needed(call, 'tokenid')}`
  userOf(call).tokens.delete(needed(call, 'tokenid'))
  const { directory } = call.cluster
  directory.acl = directory.acl.filter(({ ugid }) => ugid !== full)
  return null
}

function readUser(call: Call): unknown {
  const user = userOf(call)
  return { ...describeUser(user), groups: user.groups, tokens: Object.fromEntries([...user.tokens].map(([tokenid, token]) => [tokenid, describeToken(token)])) }
}

/** Login by password. `tickets` outlives the call: what is made here opens the next ones. */
export function ticketCalls(tickets: Tickets): Calls {
  return {
    'GET /access/ticket': () => null,
    'POST /access/ticket': (call) => {
      const { parameters, cluster } = call
      const name = needed(call, 'username')
      const username = name.includes('@') ? name : `${name}@${parameters['realm'] ?? 'pam'}`
      const user = cluster.directory.users.get(username)
      const password = needed(call, 'password')
      const known = tickets.get(password)
      const good = user !== undefined && user.enable && ((user.password !== undefined && user.password === password) || known?.user === username)
      if (!good) throw new PveFailure(401, 'Authentication failed!\n')
      const { path, privs } = parameters
      if (path !== undefined && privs !== undefined) new Rights(cluster.directory, username).require(path, ...splitList(privs))
      return issue(call, tickets, username)
    },
  }
}

function issue({ cluster }: Call, tickets: Tickets, user: string): unknown {
  const stamp = Math.floor(cluster.clock.now() / 1000).toString(16).toUpperCase()
  const secret = (): string => Buffer.from(cluster.random.bytes(48)).toString('base64')
  const ticket: Ticket = { user, csrf: `${stamp}:${secret()}`, expiresAt: cluster.clock.now() + 2 * 3_600_000 }
  const text = `PVE:${user}:${stamp}::${secret()}`
  tickets.set(text, ticket)
  return { username: user, ticket: text, CSRFPreventionToken: ticket.csrf, clustername: cluster.name }
}

function listGroups(call: Call): unknown[] {
  const { directory } = call.cluster
  return [...directory.groups]
    .filter(([group]) => call.rights.hasAny(`/access/groups/${group}`, 'User.Modify', 'Sys.Audit', 'Group.Allocate'))
    .map(([groupid, { comment }]) => ({
      groupid,
      users: [...directory.users].filter(([, { groups }]) => groups.includes(groupid)).map(([userid]) => userid).join(','),
      ...optional('comment', comment),
    }))
}

function createGroup(call: Call): null {
  const group = needed(call, 'groupid')
  if (call.cluster.directory.groups.has(group)) throw died(`group '${group}' already exists`)
  call.cluster.directory.groups.set(group, { comment: call.parameters['comment'] })
  return null
}

export const userCalls: Calls = {
  'GET /access': () => ['acl', 'groups', 'permissions', 'roles', 'ticket', 'users'].map((subdir) => ({ subdir })),
  'GET /access/users': listUsers,
  'POST /access/users': createUser,
  'GET /access/users/{userid}': readUser,
  'PUT /access/users/{userid}': updateUser,
  'DELETE /access/users/{userid}': deleteUser,
  'GET /access/users/{userid}/token': (call) => [...userOf(call).tokens].map(([tokenid, token]) => ({ tokenid, ...describeToken(token) })),
  'GET /access/users/{userid}/token/{tokenid}': (call) => describeToken(tokenOf(call)),
  'POST /access/users/{userid}/token/{tokenid}': createToken,
  'PUT /access/users/{userid}/token/{tokenid}': updateToken,
  'DELETE /access/users/{userid}/token/{tokenid}': deleteToken,
  'GET /access/groups': listGroups,
  'POST /access/groups': createGroup,
}

/** Kept beside the users it looks at: who may see whose permissions. */
export function requirePermissionView(call: Call, userid: string): void {
  const [owner] = userid.split('!')
  const mine = call.rights.user === userid || call.rights.user === owner
  if (!mine && !call.rights.has('/access', 'Sys.Audit')) throw permissionFailure('/access, Sys.Audit')
}
