/** From what a client sent to a custom resource: kind and version checked, unknown fields taken out and told, defaults filled in. */
import { defaulted, pruned } from '@stowage/wire/structural-schema'
import type { CallOptions } from '../call-options.ts'
import { badRequest } from '../failures.ts'
import { isObject, objectAt, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { groupVersion } from '../resources.ts'
import type { CustomPart, Resource } from '../resources.ts'
import type { SchemaCatalog } from '../schema/catalog.ts'
import { roundTrip } from '../schema/round-trip.ts'

export interface DecodedCustom {
  readonly object: JsonObject
  readonly unknown: readonly string[]
}

const metadataType = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

export function decodeCustom(schemas: SchemaCatalog, resource: Resource, custom: CustomPart, input: JsonObject): DecodedCustom {
  const version = textAt(input, 'apiVersion')
  if (version !== groupVersion(resource)) {
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${groupVersion(resource)})`)
  }
  const { value, unknown } = pruned(custom.schema, input)
  const metadata = metadataOf(schemas, input)
  return { object: defaulted(custom.schema, { ...value, metadata: metadata.value }), unknown: [...metadata.unknown, ...unknown] }
}

function metadataOf(schemas: SchemaCatalog, input: JsonObject): { readonly value: Json; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  const value = roundTrip(schemas.named(metadataType), objectAt(input, 'metadata'), { unknown, known: schemas.known })
  return { value: isObject(value) ? value : {}, unknown: unknown.map(each => `metadata.${each}`) }
}

/** Finalizers that name nobody in particular are warned of, on creation and when they are added. */
export function finalizerWarnings(metadata: JsonObject, before: readonly Json[], options: CallOptions): void {
  const added = metadata['finalizers']
  if (!Array.isArray(added)) return
  for (const each of added.map(String).toSorted()) {
    if (before.includes(each) || each.includes('/') || standard.has(each)) continue
    const path = each.includes('.') ? ' including a path (/)' : ''
    options.warn?.(`metadata.finalizers: ${JSON.stringify(each)}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`)
  }
}

const standard = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])
