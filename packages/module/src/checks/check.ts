import type { Finding } from '@stowage/core'
import type { Facts } from '../facts/facts.ts'
import type { Draft } from '../spec/schema/declaration.ts'

/** What a check sees: the declaration with its faulty parts cut out, and the text as it stood. */
export interface Subject {
  readonly draft: Draft
  /** As written, faults included; for checks that must look at every word. */
  readonly raw: unknown
  readonly facts: Facts
  /** What is unknown is an error. */
  readonly strictFacts: boolean
  /** For acceptances with an end: a day, `2026-11-21`; absent where none is known (then none has ended). */
  readonly today?: string
}

/** Positions are added later, where the text is known. */
export type Fault = Omit<Finding, 'position'>

/** Pure: a declaration in, its faults out. */
export type Check = (subject: Subject) => readonly Fault[]

export type DraftSpec = NonNullable<Draft['spec']>
export type DraftBackend = NonNullable<DraftSpec['backends']>[string]
export type DraftClass = NonNullable<DraftSpec['classes']>[string]
export type DraftVolume = NonNullable<DraftSpec['volumes']>[string]

export function fault(rule: string, path: readonly (string | number)[], message: string, remedy: string): Fault {
  return { rule, severity: 'error', message, remedy, path }
}

export function warning(rule: string, path: readonly (string | number)[], message: string, remedy: string): Fault {
  return { rule, severity: 'warning', message, remedy, path }
}

export function backendsOf({ draft }: Subject): readonly (readonly [string, DraftBackend])[] {
  return Object.entries(draft.spec?.backends ?? {})
}

export function classesOf({ draft }: Subject): readonly (readonly [string, DraftClass])[] {
  return Object.entries(draft.spec?.classes ?? {})
}

export function volumesOf({ draft }: Subject): readonly (readonly [string, DraftVolume])[] {
  return Object.entries(draft.spec?.volumes ?? {})
}
