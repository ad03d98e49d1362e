/** From what a client sent to an object of the kind: kind checked, unknown fields refused or warned of, Go's types, defaults. */
import { applyDefaults } from './defaults/index.ts'
import { ApiStatusError } from './api.ts'
import type { CallOptions } from './call-options.ts'
import { decodeCustom } from './definitions/custom-decode.ts'
import { badRequest } from './failures.ts'
import { isObject, textAt } from './json.ts'
import type { JsonObject } from './json.ts'
import { groupVersion } from './resources.ts'
import type { Resource } from './resources.ts'
import type { SchemaCatalog } from './schema/catalog.ts'
import { roundTrip } from './schema/round-trip.ts'

export function decode(schemas: SchemaCatalog, resource: Resource, input: JsonObject, options: CallOptions): JsonObject {
  const { custom } = resource
  if (custom === undefined) return decodeBuiltIn(schemas, resource, input, options)
  const { object, unknown } = inTypes(resource, () => decodeCustom(schemas, resource, custom, withType(resource, input)))
  if (unknown.length > 0) tellUnknown(resource, unknown, options)
  return object
}

/** Calls within the process may leave kind and version to the resource. */
function withType(resource: Resource, input: JsonObject): JsonObject {
  return { ...input, apiVersion: textAt(input, 'apiVersion') || groupVersion(resource), kind: textAt(input, 'kind') || resource.kind }
}

function decodeBuiltIn(schemas: SchemaCatalog, resource: Resource, input: JsonObject, options: CallOptions): JsonObject {
  assertKind(schemas, resource, input)
  const node = schemas.of(resource)
  const unknown: string[] = []
  const typed = inTypes(resource, () => roundTrip(node, input, { unknown, known: schemas.known }))
  if (unknown.length > 0) tellUnknown(resource, unknown, options)
  const object = isObject(typed) ? typed : {}
  return applyDefaults(schemas.known, node, { kind: resource.kind, ...object, apiVersion: groupVersion(resource) })
}

function inTypes<T>(resource: Resource, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ApiStatusError) throw error
    throw cannotBeHandled(resource, error instanceof Error ? error.message : String(error))
  }
}

function cannotBeHandled(resource: Resource, why: string): Error {
  const { kind, version } = resource
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
}

function tellUnknown(resource: Resource, unknown: readonly string[], options: CallOptions): void {
  const texts = unknown.map(each => `unknown field "${each}"`)
  if (options.fieldValidation === 'Strict') throw cannotBeHandled(resource, `strict decoding error: ${texts.join(', ')}`)
  if (options.fieldValidation === 'Ignore') return
  for (const text of texts) options.warn?.(text)
}

/** Absent kind and version are those of the path, as the server's decoder has it. */
function assertKind(schemas: SchemaCatalog, resource: Resource, input: JsonObject): void {
  const kind = textAt(input, 'kind') || resource.kind
  const version = textAt(input, 'apiVersion') || groupVersion(resource)
  if (version !== groupVersion(resource)) {
    if (schemas.ofKind(version, kind) === undefined) throw cannotBeHandled(resource, `no kind "${kind}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`)
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${groupVersion(resource)})`)
  }
  if (kind === resource.kind) return
  const hub = resource.group === '' ? 'core' : (resource.group.split('.')[0] ?? '')
  throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: converting (${resource.version}.${kind}) to (${hub}.${resource.kind}): unknown conversion`)
}

