/** What a change of one field means, as tables by kind. */
import type { KubernetesObject } from '../plan.ts'
import type { Difference } from './differences.ts'
import { together, type Verdict } from './effect.ts'

/** An object before and after. */
export interface Updated {
  readonly before: KubernetesObject
  readonly after: KubernetesObject
}

export interface Rule {
  readonly field: RegExp
  /** undefined: this change of the field is like any other. */
  readonly verdict: (change: Difference, updated: Updated) => Verdict | undefined
}

/** All that the table knows of these changes; undefined when it says nothing about any. */
export function judgeByRules(rules: readonly Rule[], fields: readonly Difference[], updated: Updated): Verdict | undefined {
  return together(fields.flatMap((change) => rules.flatMap(({ field, verdict }) => (field.test(change.field) ? (verdict(change, updated) ?? []) : []))))
}

/** `velero.io/Schedule`; the core group has none: `PersistentVolume`. */
export function kindKey({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return apiVersion.includes('/') ? `${apiVersion.slice(0, apiVersion.indexOf('/'))}/${kind}` : kind
}

export const safe = (sentence: string): Verdict => ({ effect: 'safe', sentence })
export const recreate = (sentence: string): Verdict => ({ effect: 'recreate', sentence })
export const migrate = (sentence: string): Verdict => ({ effect: 'migrate', sentence })
export const destroys = (sentence: string): Verdict => ({ effect: 'destroys-data', sentence })
export const interrupting = (verdict: Verdict): Verdict => ({ ...verdict, interrupts: true })

/** A value as it may stand in a sentence. */
export function told(value: unknown): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
