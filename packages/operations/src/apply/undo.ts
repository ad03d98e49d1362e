import type { Difference } from '@stowage/module'
import type { PlainObject } from './stowage-plan.ts'

/** Deletes an object that was made. */
export function undoCreation({ kind, metadata }: Pick<PlainObject, 'kind' | 'metadata'>): string {
  return `kubectl delete ${kind.toLowerCase()} ${metadata.name}${inNamespace(metadata.namespace)}`
}

/** Puts the fields back that an update in place changes; in words where a list is among them, which no short patch puts back. */
export function undoUpdate({ kind, metadata }: Pick<PlainObject, 'kind' | 'metadata'>, fields: readonly Difference[]): string {
  if (fields.some(({ field }) => field.includes('['))) return `kubectl edit ${kind.toLowerCase()} ${metadata.name}${inNamespace(metadata.namespace)}: ${fields.map(({ field, before }) => `${field} was ${JSON.stringify(before) ?? 'not set'}`).join(', ').slice(0, 600)}`
  const body: Record<string, unknown> = {}
  for (const { field, before } of fields) put(body, field.split('.'), before ?? null)
  return `kubectl patch ${kind.toLowerCase()} ${metadata.name}${inNamespace(metadata.namespace)} --type merge -p '${JSON.stringify(body)}'`
}

function put(body: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) {
    body[head] = value
    return
  }
  const existing = body[head]
  const below: Record<string, unknown> = isRecord(existing) ? existing : {}
  body[head] = below
  put(below, rest, value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Makes an object again that was deleted, as it was, without what the server keeps about it. */
export function undoDeletion(object: { readonly metadata?: object }): string {
  const { status: _status, metadata, ...rest }: { readonly status?: unknown; readonly metadata?: object } = object
  const bookkeeping = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'finalizers', 'ownerReferences'])
  const kept = Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !bookkeeping.has(key)))
  return `kubectl create -f - <<< '${JSON.stringify({ ...rest, metadata: kept }).replaceAll("'", String.raw`'\''`)}'`
}

function inNamespace(namespace: string | undefined): string {
  return namespace === undefined ? '' : ` -n ${namespace}`
}
