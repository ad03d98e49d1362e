/** kustomize, and Flux through it, reads a key `<<` as YAML's merge even in quotes, and drops it in silence. Tried with kustomize 5.8.1. */
import { StorageError } from '@stowage/core'
import type { Plan } from '../plan/plan.ts'

/** Throws `invalid` for an object that would arrive as another. */
export function noMergeKeys({ objects }: Plan, format: string): void {
  const lost = objects.find(({ object }) => hasMergeKey(object))
  if (lost === undefined) return
  throw new StorageError('invalid', `${lost.id} has a key "<<", which kustomize drops without a word: -o ${format} cannot deliver it; rename the key, or use another way of delivery`, { details: { id: lost.id } })
}

/** `for … in`, because a plan may hold tens of thousands of objects: a list of entries for each map of each would take longer than printing. */
function hasMergeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  for (const key in value) if (key === '<<' || hasMergeKey(Reflect.get(value, key))) return true
  return false
}
