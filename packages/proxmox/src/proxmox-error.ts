/** The one translation of what Proxmox, or the way to it, answers. */
import { StorageError, type ErrorKind, type StorageErrorOptions } from '@stowage/core'
import { meaningOf, type ErrorTextName, type Repeat } from './words/error-texts.ts'

/**
 * What became of the request. `unsent`: nothing reached Proxmox. `refused`: Proxmox answered, and did not do it.
 * `unknown`: it may have been done, or may still be done; read before anything is decided.
 */
export type Fate = 'unsent' | 'refused' | 'unknown'

export interface ProxmoxErrorOptions extends StorageErrorOptions {
  readonly fate: Fate
  readonly repeat: Repeat
  readonly meaning?: ErrorTextName
  /** Proxmox's own words. */
  readonly words?: string
}

export class ProxmoxError extends StorageError {
  readonly fate: Fate
  readonly repeat: Repeat
  /** The row of the table of error texts, when one matched. */
  readonly meaning: ErrorTextName | undefined
  readonly words: string
  constructor(kind: ErrorKind, message: string, { fate, repeat, meaning, words = '', ...options }: ProxmoxErrorOptions) {
    super(kind, message, options)
    this.fate = fate
    this.repeat = repeat
    this.meaning = meaning
    this.words = words
  }
}

export interface Refusal {
  /** What was tried, e.g. `PUT /nodes/pve1/qemu/101/config`. */
  readonly call: string
  readonly status: number
  /** The reason phrase, or the body's `message` where that says more. */
  readonly words: string
  /** The body's `errors`, by parameter. */
  readonly errors?: Readonly<Record<string, string>>
}

const kindByStatus: Readonly<Record<number, ErrorKind>> = { 400: 'invalid', 401: 'denied', 403: 'denied', 404: 'not-found', 501: 'internal', 503: 'unavailable' }

/** An answer other than 2xx as an error. 596 and 5xx of a gateway leave open whether the call was executed. */
export function refusal({ call, status, words, errors }: Refusal): ProxmoxError {
  const fields = Object.entries(errors ?? {}).map(([field, text]) => `${field}: ${text.trim()}`)
  const seen = [words.trim(), ...fields].filter((text) => text !== '').join(' ')
  if (status === 596 || status === 502 || status === 504) return lostAnswer(call, `${status} ${seen}`)
  if (status === 595) {
    return new ProxmoxError('unavailable', `${call}: Proxmox cannot reach the node that must do this (595 ${seen}); is the node up and in the cluster? This is tried again by itself`, {
      fate: 'refused',
      repeat: 'later',
      meaning: 'node-unreachable',
      words: seen,
      details: { status },
    })
  }
  const meaning = meaningOf(fields.length > 0 ? `${fields.join(' ')} ${words}` : seen) ?? (status === 401 ? meaningOf('No ticket') : undefined)
  const kind = meaning?.kind ?? kindByStatus[status] ?? 'internal'
  const remedy = meaning === undefined ? '' : `; ${meaning.remedy}`
  return new ProxmoxError(kind, `${call}: Proxmox answered ${status} ${seen}${remedy}`, {
    // A command that took too long may go on to its end.
    fate: meaning?.name === 'timeout' ? 'unknown' : 'refused',
    repeat: meaning?.repeat ?? (status === 503 ? 'later' : 'never'),
    ...(meaning === undefined ? {} : { meaning: meaning.name }),
    words: seen,
    details: { status },
  })
}

/** The request went out, and no answer came. */
export function lostAnswer(call: string, what: string, cause?: unknown): ProxmoxError {
  return new ProxmoxError('unavailable', `${call}: the answer was lost (${what}), so it is not known whether Proxmox did it; its state is read before anything is repeated`, {
    fate: 'unknown',
    repeat: 'later',
    words: what,
    cause,
  })
}

/** No endpoint could be reached. */
export function unreachable(call: string, endpoints: readonly string[], what: string, cause?: unknown): ProxmoxError {
  return new ProxmoxError('unavailable', `${call}: no Proxmox endpoint can be reached (${endpoints.join(', ')}: ${what}); check address, firewall, certificate and pveproxy. This is tried again by itself`, {
    fate: 'unsent',
    repeat: 'later',
    words: what,
    cause,
  })
}

/** A task that ended badly, in its own words. */
export function taskFailure(what: string, upid: string, exitStatus: string): ProxmoxError {
  const meaning = meaningOf(exitStatus)
  const remedy = meaning?.remedy ?? "see the task's log in Proxmox"
  return new ProxmoxError(meaning?.kind ?? 'internal', `${what}: the Proxmox task ended with ${JSON.stringify(exitStatus.trim())}; ${remedy}`, {
    fate: 'refused',
    repeat: meaning?.repeat ?? 'never',
    ...(meaning === undefined ? {} : { meaning: meaning.name }),
    words: exitStatus,
    details: { upid },
  })
}

export function isProxmoxError(error: unknown, ...meanings: readonly ErrorTextName[]): error is ProxmoxError {
  return error instanceof ProxmoxError && (meanings.length === 0 || (error.meaning !== undefined && meanings.includes(error.meaning)))
}

/** Whether the call may have been executed after all. */
export function mayHaveHappened(error: unknown): boolean {
  return !(error instanceof ProxmoxError) || error.fate === 'unknown'
}
