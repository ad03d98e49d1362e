/** kustomize, and Flux through it, reads a key `<<` as YAML's merge even in quotes, and drops it in silence. Tried with kustomize 5.8.1. */
import { StorageError } from '@stowage/core'
import type { Plan } from '../plan/plan.ts'

/** Throws `invalid` for an object that would arrive as another. */
export function noMergeKeys({ objects }: Plan, format: string): void {
  const lost = objects.find(({ object }) => hasMergeKey(object))
  if (lost === undefined) return
  throw new StorageError('invalid', `${lost.id} has a key "<<", which kustomize drops without a word: -o ${format} cannot deliver it; rename the key, or use another way of delivery`, { details: { id: lost.id } })
}

function hasMergeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) ? value.some(hasMergeKey) : Object.entries(value).some(([key, inner]) => key === '<<' || hasMergeKey(inner))
}
