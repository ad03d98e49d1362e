import type { StorageError } from '@stowage/core'
import { conflictCause } from '@stowage/kubernetes'

interface Cause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** A field of a server-side apply that someone else owns. */
export interface Conflict {
  readonly manager: string
  readonly field: string
}

/** The conflicts of a refused server-side apply; empty when it was refused for another reason. */
export function conflictsOf(error: StorageError): readonly Conflict[] {
  const { causes } = error.details
  if (!Array.isArray(causes)) return []
  return causes.filter((cause: Cause) => cause.reason === conflictCause).map((cause: Cause) => ({ manager: managerIn(cause.message ?? ''), field: cause.field ?? '?' }))
}

/** `conflict with "kubectl-client-side-apply" using apps/v1` (apimachinery, managedfields/internal/conflict.go). */
function managerIn(message: string): string {
  return /conflict with "([^"]*)"/.exec(message)?.[1] ?? message
}

/** What to tell the person: who owns what, and what to do. */
export function describeConflicts(title: string, conflicts: readonly Conflict[]): string {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))]
  const owned = managers.map((manager) => `${manager} owns ${conflicts.filter((conflict) => conflict.manager === manager).map(({ field }) => field).join(', ')}`)
  return `${title} is also managed by others: ${owned.join('; ')}. Take these fields out of ${managers.join(' and ')}, or take them over with --force-conflicts`
}
