/** Where a cluster's API is, how it is trusted, and as whom it is asked. */
import { StorageError } from '@stowage/core'
import type { TlsTrust } from '@stowage/effects'

export interface Connection {
  /** Origins, `https://pve.example:8006`; tried in this order while one cannot be reached. */
  readonly endpoints: readonly string[]
  readonly tls?: TlsTrust
  readonly tokenId: string
  readonly tokenSecret: string
}

/** Gives the connection as it stands now. Files are read again when they change. */
export interface ConnectionSource {
  current(): Promise<Connection>
  /** Reads everything again, whatever was known; asked for after a 401. */
  reread(): Promise<Connection>
}

/** A connection that never changes: for tests and for one-off commands. */
export function fixedConnection(connection: Connection): ConnectionSource {
  return { current: () => Promise.resolve(connection), reread: () => Promise.resolve(connection) }
}

export function authorizationOf({ tokenId, tokenSecret }: Connection): string {
  return `PVEAPIToken=${tokenId}=${tokenSecret}`
}

/**
 * `https://pve.example:8006` from any of `pve.example`, `https://pve.example`, `https://pve.example:8006/api2/json`.
 * Throws `invalid` for what is no address, and for plain http: it would carry the token in clear.
 */
export function endpointOrigin(text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  let url: URL
  try {
    url = new URL(withScheme)
  } catch {
    // Without the cause: it quotes the text as it is.
    throw new StorageError('invalid', `${JSON.stringify(withoutUser(text))} is not the address of a Proxmox API; write https://<host>:8006`)
  }
  if (url.protocol !== 'https:') throw new StorageError('invalid', `the Proxmox endpoint ${JSON.stringify(withoutUser(text))} is not https; the token would travel in clear. Write https://${url.host}`)
  const hasPort = url.port !== '' || /:443(\/|$)/.test(withScheme)
  return `https://${url.hostname}:${hasPort ? url.port || '443' : '8006'}`
}

/** Somebody may have written a user and a password into the address. */
function withoutUser(text: string): string {
  return text.includes('@') ? `…@${text.slice(text.lastIndexOf('@') + 1)}` : text
}

/** Faults of a token's id, e.g. a secret pasted into it. */
export function tokenIdFault(tokenId: string): string | undefined {
  return /^[^\s:/!@]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]*$/.test(tokenId) ? undefined : 'a token id has the form user@realm!name'
}
