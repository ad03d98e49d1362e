/** Nothing destructive without proof and consent. */
import type { Verdict } from '@stowage/module'
import { isNamed } from './consent.ts'
import type { NamedConsent } from './consent.ts'
import type { LossObserver } from './loss-facts.ts'
import { describeLosses, lossesOf } from './losses.ts'
import type { Doomed } from './losses.ts'
import type { PlainObject } from './stowage-plan.ts'

export interface GuardOptions {
  readonly consent: NamedConsent
  /** Every id that a name could mean. */
  readonly ids: readonly string[]
  readonly losses: LossObserver
}

/** Why a change may not be made as things stand, with what would allow it; undefined when it may. */
export async function refusal(id: string, object: PlainObject, change: { readonly verdict: Verdict; readonly again: boolean }, { consent, ids, losses }: GuardOptions, signal?: AbortSignal): Promise<string | undefined> {
  const { verdict, again } = change
  const mayDestroy = isNamed(consent.allowDestroy, id, ids)
  if (verdict.effect === 'destroys-data' && !mayDestroy) {
    const proof = describeLosses(lossesOf(doomedOf(object), await losses.facts(signal)))
    return `${verdict.sentence}. ${reaches(again)}: ${proof}. To do it all the same: --allow-destroy ${id}`
  }
  if (again && !mayDestroy && !isNamed(consent.allowRecreate, id, ids)) {
    const { volumes } = lossesOf(doomedOf(object), await losses.facts(signal))
    const made = volumes.length === 0 ? '' : ` (${volumes.length === 1 ? '1 volume' : `${volumes.length} volumes`} of it)`
    return `${verdict.sentence}${made}. To do it: --allow-recreate ${id}; or declare a class with a new name and keep this one`
  }
  return undefined
}

/** A class that is made again loses nothing itself; what it changes is what comes later. */
function reaches(again: boolean): string {
  return again ? 'What was made of it, and is not touched' : 'What is on it'
}

export function doomedOf({ kind, metadata, ...rest }: PlainObject): Doomed {
  const spec: unknown = rest['spec']
  const filesystem: unknown = typeof spec === 'object' && spec !== null ? Reflect.get(spec, 'filesystemName') : undefined
  return { kind, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }), ...(typeof filesystem === 'string' && { filesystem }) }
}
