import { differences as plainDifferences } from '@stowage/module/plan/compare/differences'
import type { Difference } from '@stowage/module'

/** Fields that the server keeps about a write, and that say nothing about what was asked. */
const bookkeeping = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']

/**
 * Where what an apply would give differs from what is there: `spec.replicas`, `data.config`. Empty: the apply would change nothing.
 * `would` is the server's answer to a dry run, so defaults and other owners' fields are in both. Items of lists are known by name.
 */
export function differences(is: object, would: object): readonly Difference[] {
  return plainDifferences(withoutBookkeeping(is), withoutBookkeeping(would))
}

/** The object as somebody wrote it, without status and what the server keeps. */
export function withoutBookkeeping(object: object): object {
  const { status: _status, metadata = {}, ...rest }: { readonly status?: unknown; readonly metadata?: object } = object
  return { ...rest, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !bookkeeping.includes(key))) }
}
