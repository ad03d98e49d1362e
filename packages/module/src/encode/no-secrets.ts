/** The last door before a file: whatever planned it, no encoding ever holds a Secret. */
import { StorageError } from '@stowage/core'
import type { Plan } from '../plan/plan.ts'

/** Throws `internal` for a Secret among the objects. */
export function noSecrets({ objects }: Plan): void {
  const secret = objects.find(({ object }) => object.kind === 'Secret' && object.apiVersion === 'v1')
  if (secret !== undefined) throw new StorageError('internal', `${secret.id} is an object of the plan, and a Secret must never be one: nothing was rendered; report this with the declaration`)
}
