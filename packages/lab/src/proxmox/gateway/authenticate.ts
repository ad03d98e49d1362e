import type { HttpRequest } from '@stowage/effects'
import type { Cluster } from '../cluster.ts'
import { PveFailure } from '../schema/failure.ts'

export interface Session {
  /** `csi@pve` or `csi@pve!token`; undefined for calls that anybody may make. */
  readonly user: string | undefined
  readonly byToken: boolean
}

/** Tickets are good for two hours, as Proxmox's. */
export interface Ticket {
  readonly user: string
  readonly csrf: string
  readonly expiresAt: number
}

export type Tickets = Map<string, Ticket>

/** Dies with 401: `No ticket` when nothing was sent, `Authentication failed!` when it is worth nothing. */
export function authenticate(cluster: Cluster, tickets: Tickets, request: HttpRequest): Session {
  const authorization = request.headers?.['authorization']
  const token = /^PVEAPIToken=(.*)$/.exec(authorization ?? '')?.[1]
  if (token !== undefined) return { user: tokenUser(cluster, token), byToken: true }
  const ticket = /(?:^|;\s*)PVEAuthCookie=([^;]+)/.exec(request.headers?.['cookie'] ?? '')?.[1]
  if (ticket === undefined) throw new PveFailure(401, 'No ticket\n')
  return { user: ticketUser(cluster, tickets, decodeURIComponent(ticket), request), byToken: false }
}

function tokenUser(cluster: Cluster, text: string): string {
  const [, full, userid = '', tokenid = '', secret] = /^(([^\s:/!]+@[^\s!]+)!([^\s=]+))=(.+)$/.exec(text) ?? []
  const user = cluster.directory.users.get(userid)
  const token = user?.tokens.get(tokenid)
  const nowSeconds = cluster.clock.now() / 1000
  const expired = (when: number): boolean => when !== 0 && when < nowSeconds
  if (full === undefined || user === undefined || token === undefined || !user.enable || expired(user.expire) || expired(token.expire) || token.secret !== secret) {
    throw new PveFailure(401, 'Authentication failed!\n')
  }
  return full
}

function ticketUser(cluster: Cluster, tickets: Tickets, text: string, request: HttpRequest): string {
  const ticket = tickets.get(text)
  if (ticket === undefined || ticket.expiresAt < cluster.clock.now()) throw new PveFailure(401, 'permission denied - invalid PVE ticket\n')
  if (request.method !== 'GET' && request.headers?.['csrfpreventiontoken'] !== ticket.csrf) {
    throw new PveFailure(401, 'Permission denied - invalid csrf token\n')
  }
  return ticket.user
}
