/**
 * What a change of a pool means. Sources: Rook 1.20, ceph-block-pool-crd and the CRD's own words; Ceph: an erasure-code profile belongs to a
 * pool for life, and a pool's rule can be changed, after which the cluster moves the data.
 */
import { valueAt } from '../../spec/value-at.ts'
import type { Difference } from './differences.ts'
import { migrate, safe, told, type Rule, type Updated } from './rule.ts'

/** Rules for pools whose fields begin with `prefix` (a regular expression). */
export function poolRules(prefix: string): readonly Rule[] {
  const at = (field: string): RegExp => new RegExp(`^${prefix}${field}$`)
  return [
    { field: at('(?:replicated|erasureCoded)'), verdict: (change) => migrate(`pool ${poolOf(change)} would change between replicated and erasure-coded, which no pool can: its data must be copied into a new pool`) },
    { field: at('erasureCoded\\.(?:dataChunks|codingChunks|algorithm)'), verdict: (change) => migrate(`the chunks of pool ${poolOf(change)} are fixed for its life: its data must be copied into a new pool`) },
    { field: at('replicated\\.size'), verdict: copies },
    { field: at('(?:failureDomain|deviceClass|crushRoot)'), verdict: placement },
    { field: at('(?:compressionMode|parameters\\b.*|quotas\\b.*|replicated\\.requireSafeReplicaSize)'), verdict: (change) => safe(`pool ${poolOf(change)}: ${last(change.field)} holds for what is written from now on`) },
  ]
}

function copies(change: Difference): ReturnType<Rule['verdict']> {
  const [before, after] = [Number(change.before), Number(change.after)]
  if (after > before) return safe(`Ceph makes ${after - before === 1 ? 'one more copy' : `${after - before} more copies`} of everything in pool ${poolOf(change)}, which takes space and time; nothing stops`)
  const left = after === 1 ? 'one copy is left, and a disk that fails takes its data along' : `${after} copies are left`
  return safe(`Ceph gives up copies in pool ${poolOf(change)}: ${left}`)
}

/** Rook leaves the rule of an existing pool alone unless enableCrushUpdates says otherwise; then Ceph moves the data by itself. */
function placement(change: Difference, { after }: Updated): ReturnType<Rule['verdict']> {
  const what = `${last(change.field)} of pool ${poolOf(change)} from ${told(change.before)} to ${told(change.after)}`
  const pool = poolAt(after, change.field)
  if (valueAt(pool, ['enableCrushUpdates']) === true) return safe(`${what}: Ceph moves the pool's data to where the new rule wants it, while it is used; that takes time, space and network`)
  return migrate(`${what}: Rook does not change the rule of a pool that exists (enableCrushUpdates is not set), so its data stays where it is until the rule is changed by hand`)
}

function poolAt(object: Updated['after'], field: string): unknown {
  if (field.startsWith('spec.metadataPool')) return valueAt(object, ['spec', 'metadataPool'])
  const named = /^spec\.dataPools\[([^\]]+)\]/.exec(field)
  if (named === null) return valueAt(object, ['spec'])
  const pools = valueAt(object, ['spec', 'dataPools'])
  return Array.isArray(pools) ? pools.find((pool, index) => valueAt(pool, ['name']) === named[1] || `data${index}` === named[1]) : undefined
}

function poolOf({ field }: Difference): string {
  return /dataPools\[([^\]]+)\]/.exec(field)?.[1] ?? (field.includes('metadataPool') ? 'for metadata' : 'itself')
}

function last(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1)
}
