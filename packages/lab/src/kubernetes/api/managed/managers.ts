/** metadata.managedFields: who wrote which field. apimachinery's managedfields and structured-merge-diff's Updater. */
import { ApiStatusError } from '../api.ts'
import type { CallOptions } from '../call-options.ts'
import { badRequest } from '../failures.ts'
import { arrayAt, isObject, objectAt, same, textAt, without } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { groupVersion } from '../resources.ts'
import type { Resource } from '../resources.ts'
import type { SchemaCatalog } from '../schema/catalog.ts'
import type { SchemaNode } from '../schema/node.ts'
import { roundTrip } from '../schema/round-trip.ts'
import { strategyOf } from '../strategies.ts'
import { difference, intersection, isEmpty, recursiveDifference, union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { conflictError } from './conflict.ts'
import { mistyped } from './mistyped.ts'
import { capped, entriesOf, listOf, sameManager } from './entries.ts'
import type { Entry } from './entries.ts'
import { compare, fieldSetOf, merged, undeclared, withNamedParents, withoutFields } from './typed.ts'

/** Never owned by anyone. */
const stripped: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
}

/** What a write to this path cannot change, and so cannot own. */
function resetFields(resource: Resource, subresource: string | undefined): FieldSet {
  if (subresource === 'status' && resource.custom !== undefined) return { 'f:spec': {}, 'f:metadata': {} }
  if (subresource === 'status') return { 'f:spec': {}, 'f:metadata': { 'f:deletionTimestamp': {}, 'f:ownerReferences': {} } }
  const hasStatus = resource.subresources.some(each => each.name === 'status')
  return hasStatus ? { 'f:status': {} } : {}
}

function withManagers(object: JsonObject, entries: readonly Entry[]): JsonObject {
  const metadata = without(objectAt(object, 'metadata'), 'managedFields')
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: listOf(entries) } }
}

function withoutManagers(object: JsonObject): JsonObject {
  return { ...object, metadata: without(objectAt(object, 'metadata'), 'managedFields') }
}

function ownEntry(resource: Resource, options: CallOptions, operation: 'Apply' | 'Update', fields: FieldSet, time: string): Entry {
  const { subresource, fieldManager = 'unknown' } = options
  // The scale handler keeps no times.
  return { manager: fieldManager, operation, apiVersion: groupVersion(resource), time: subresource === 'scale' ? '' : time, ...(subresource === undefined ? {} : { subresource }), fields }
}

export function createdBy(schemas: SchemaCatalog, resource: Resource, object: JsonObject, options: CallOptions, now: string): JsonObject {
  if (strategyOf(resource).managedFields === false) return withoutManagers(object)
  const node = schemas.of(resource)
  return updated(node, resource, emptyObject(node), object, [], options, now)
}

/** An object of the Go type with nothing set. */
function emptyObject(node: SchemaNode): JsonObject {
  const empty = roundTrip(node, {}, { unknown: [] })
  return isObject(empty) ? { metadata: {}, ...empty } : {}
}

export function updatedBy(schemas: SchemaCatalog, resource: Resource, current: JsonObject, next: JsonObject, options: CallOptions, now: string): JsonObject {
  if (strategyOf(resource).managedFields === false) return withoutManagers(next)
  const sent = arrayAt(next, 'metadata', 'managedFields')
  const isReset = sent.length === 1 && isObject(sent[0] ?? null) && Object.keys(objectAt({ first: sent[0] ?? null }, 'first')).length === 0
  const known = sent.length > 0 && options.subresource === undefined ? entriesOf(sent) : entriesOf(arrayAt(current, 'metadata', 'managedFields'))
  return updated(schemas.of(resource), resource, current, next, isReset ? [] : known, options, now)
}

function updated(node: SchemaNode, resource: Resource, before: JsonObject, after: JsonObject, entries: readonly Entry[], options: CallOptions, now: string): JsonObject {
  const found = compare(node, withoutManagers(before), withoutManagers(after))
  const reset = resetFields(resource, options.subresource)
  const changed = difference(recursiveDifference(found.changed, reset), stripped)
  const removed = recursiveDifference(found.removed, reset)
  if (isEmpty(changed) && isEmpty(removed)) return withManagers(after, entries)
  const own = ownEntry(resource, options, 'Update', changed, now)
  const previous = entries.find(each => sameManager(each, own))
  const fields = union(difference(previous?.fields ?? {}, removed), changed)
  const mine = previous !== undefined && same(previous.fields, fields) ? previous : { ...own, fields }
  const others = entries.filter(each => each !== previous).map(each => ({ ...each, fields: difference(difference(each.fields, changed), removed) }))
  return withManagers(after, capped([...others, mine].filter(each => !isEmpty(each.fields))))
}

/** The object that a server-side apply makes of what is there (undefined: nothing) and a configuration. Throws 409 with every conflict. */
export function appliedObject(schemas: SchemaCatalog, resource: Resource, current: JsonObject | undefined, config: JsonObject, options: CallOptions, now: string): JsonObject {
  assertApplicable(schemas, resource, config)
  const node = schemas.of(resource)
  const live = current ?? { apiVersion: groupVersion(resource), kind: resource.kind, metadata: {} }
  const entries = firstApply(node, live, entriesOf(arrayAt(live, 'metadata', 'managedFields')), now)
  const fields = recursiveDifference(difference(fieldSetOf(node, config), stripped), resetFields(resource, options.subresource))
  const unstamped = ownEntry(resource, options, 'Apply', fields, '')
  const previous = entries.find(each => sameManager(each, unstamped))
  const others = entries.filter(each => each !== previous)
  const bare = withoutManagers(live)
  const whole = merged(node, bare, withoutVersion(config))
  const next = previous === undefined ? whole : pruned(node, whole, previous.fields, [...others, unstamped])
  const object = isObject(next) ? next : bare
  const left = settle(node, bare, object, others, options)
  const unchanged = previous !== undefined && same(previous.fields, fields) && same(bare, object) && left.every((each, index) => each === others[index])
  // A configuration that changes nothing leaves the time alone, too.
  const own = { ...unstamped, time: same(bare, object) ? (previous?.time ?? '') : now }
  return withManagers(object, unchanged ? entries : [...left, own].filter(each => !isEmpty(each.fields)))
}

/** The versions are checked apart: they are not content. */
function withoutVersion(config: JsonObject): JsonObject {
  return { ...config, metadata: without(objectAt(config, 'metadata'), 'resourceVersion', 'uid', 'managedFields') }
}

function assertApplicable(schemas: SchemaCatalog, resource: Resource, config: JsonObject): void {
  if (objectAt(config, 'metadata')['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil')
  const version = textAt(config, 'apiVersion')
  if (version !== groupVersion(resource)) {
    throw badRequest(`Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${groupVersion(resource)}`)
  }
  const node = schemas.of(resource)
  const faults = [...undeclared(node, config), ...(resource.custom === undefined ? [] : mistyped(node, config))]
  if (faults.length === 0) return
  const gvk = `${resource.group}/${resource.version}, Kind=${resource.kind}`
  const text = faults.length === 1 ? faults[0] : `errors:\n${faults.map(each => `  ${each}`).join('\n')}`
  const where = `${textAt(config, 'metadata', 'namespace')}/${textAt(config, 'metadata', 'name')}; ${gvk}`
  throw new ApiStatusError(500, '', `failed to create typed patch object (${where}): ${text}`)
}

/** What was there before anyone applied belongs to nobody in particular, but it is not free to take. */
function firstApply(node: SchemaNode, live: JsonObject, entries: readonly Entry[], now: string): readonly Entry[] {
  if (entries.length > 0 || textAt(live, 'metadata', 'uid') === '') return entries
  const fields = difference(fieldSetOf(node, withoutManagers(live)), stripped)
  return [{ manager: 'before-first-apply', operation: 'Update', apiVersion: textAt(live, 'apiVersion'), time: now, fields }]
}

/** Others lose what changes under force; without it each such field is a conflict. */
function settle(node: SchemaNode, live: JsonObject, next: JsonObject, others: readonly Entry[], options: CallOptions): readonly Entry[] {
  const { changed, removed } = compare(node, live, next)
  const conflicts = others.map(each => ({ entry: each, fields: intersection(each.fields, changed) })).filter(each => !isEmpty(each.fields))
  if (options.force !== true && conflicts.length > 0) throw conflictError(conflicts)
  return others.map(each => {
    const fields = difference(difference(each.fields, changed), removed)
    return same(fields, each.fields) ? each : { ...each, fields }
  })
}

/** Takes out what this manager applied last time and no longer does, unless somebody else owns it. */
function pruned(node: SchemaNode, whole: Json, last: FieldSet, owners: readonly Entry[]): Json {
  if (!isObject(whole)) return whole
  const lastNamed = withNamedParents(node, last)
  const removed = withoutFields(node, whole, lastNamed)
  const prunedObject = isObject(removed ?? null) && isObject(removed) ? removed : {}
  const all = withNamedParents(node, fieldSetOf(node, whole))
  const owned = withNamedParents(node, owners.reduce((sum, each) => union(sum, each.fields), {}))
  const back = withoutFields(node, whole, difference(all, union(withNamedParents(node, fieldSetOf(node, prunedObject)), owned)))
  const backObject = isObject(back ?? null) && isObject(back) ? back : {}
  const gone = difference(all, withNamedParents(node, fieldSetOf(node, backObject)))
  return withoutFields(node, whole, intersection(gone, lastNamed)) ?? {}
}
