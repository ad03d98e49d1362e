/** One request about one resource: which verb it is, and the store's call for it. */
import type { HttpRequest, HttpResponse } from '@stowage/effects'
import type { DeleteOptions, PatchType } from '../api/api.ts'
import { badRequest, invalid, methodNotAllowed } from '../api/failures.ts'
import { arrayAt, isObject, objectAt, textAt } from '../api/json.ts'
import type { Json, JsonObject } from '../api/json.ts'
import type { PodStreams } from '../api/pod-streams.ts'
import { groupVersion } from '../api/resources.ts'
import type { Resource } from '../api/resources.ts'
import type { Store } from '../api/store.ts'
import { strategyOf } from '../api/strategies.ts'
import { jsonAnswer } from './answers.ts'
import { bodyText, mediaType, parseBody, parsedYaml, unsupportedPatch } from './body.ts'
import { podLog } from './log.ts'
import { answerList, answerObject, answerWatch, isWatch, selectionOf } from './read-verbs.ts'
import type { Target } from './route.ts'
import { writeOptionsOf } from './write-options.ts'
import type { HttpWriteOptions } from './write-options.ts'

export async function serveTarget(store: Store, streams: PodStreams | undefined, request: HttpRequest, query: URLSearchParams, target: Target): Promise<HttpResponse> {
  const isPodPath = target.resource.plural === 'pods' && target.name !== undefined
  if (isPodPath && target.subresource === 'log') return podLog(store, streams, request, query, target)
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return read(store, request, query, target)
    case 'POST':
      return create(store, request, query, target)
    case 'PUT':
      return update(store, request, query, target)
    case 'PATCH':
      return patch(store, request, query, target)
    case 'DELETE':
      return remove(store, request, query, target)
    default:
      throw methodNotAllowed()
  }
}

function read(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource, name, subresource } = target
  assertVerb(resource, subresource, name === undefined ? 'list' : 'get')
  if (isWatch(query)) return answerWatch(store, request, query, target)
  if (name === undefined) return answerList(store, request, query, target)
  const object = store.requests.getSubresource(resource, target.namespace ?? '', name, subresource)
  return answerObject(store, request, query, resource, 200, object)
}

function assertVerb(resource: Resource, subresource: string | undefined, verb: string): void {
  const verbs = subresource === undefined ? resource.verbs : resource.subresources.find(each => each.name === subresource)?.verbs
  if (verbs === undefined || !verbs.includes(verb)) throw methodNotAllowed()
}

interface Write {
  readonly options: HttpWriteOptions
  readonly warnings: string[]
}

function writeOf(request: HttpRequest, query: URLSearchParams, subresource: string | undefined): Write {
  const warnings: string[] = []
  return { options: writeOptionsOf(request, query, subresource, warnings), warnings }
}

function kindOf(resource: Resource, subresource: string | undefined): string {
  return resource.subresources.find(each => each.name === subresource)?.kind ?? resource.kind
}

function objectBody(request: HttpRequest, target: Target): JsonObject {
  const kind = kindOf(target.resource, target.subresource)
  const body = parseBody(request.body, request.headers?.['content-type'], kind)
  if (!isObject(body)) throw badRequest(`the object provided is unrecognized (must be of type ${kind})`)
  assertNamespace(body, target)
  if (target.resource.custom !== undefined && target.subresource !== 'scale') assertTyped(body, kind)
  return body
}

/** Objects that are no Go types say themselves what they are. */
function assertTyped(body: JsonObject, kind: string): void {
  if (textAt(body, 'kind') !== '') return
  const text = JSON.stringify(body)
  const shown = text.length > 30 ? `${text.slice(0, 30)} ...` : text
  throw badRequest(`the object provided is unrecognized (must be of type ${kind}): Object 'Kind' is missing in '${text}' (${shown})`)
}

function assertNamespace(body: JsonObject, target: Target): void {
  const named = textAt(body, 'metadata', 'namespace')
  if (named === '' || !target.resource.namespaced || named === target.namespace) return
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

function create(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource, subresource, name } = target
  assertVerb(resource, subresource, 'create')
  const body = objectBody(request, target)
  const { options, warnings } = writeOf(request, query, subresource)
  if (subresource !== undefined && name !== undefined) {
    return jsonAnswer(201, store.requests.createSubresource(resource, target.namespace ?? '', name, subresource, body, options), warnings)
  }
  if (name !== undefined) throw methodNotAllowed()
  if (resource.namespaced && target.namespace === undefined) throw badRequest('an empty namespace may not be set during creation')
  const object = store.requests.create(resource, target.namespace ?? '', body, options)
  return answerObject(store, request, query, resource, 201, object, warnings)
}

function update(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource, subresource, name } = target
  assertVerb(resource, subresource, 'update')
  if (name === undefined) throw methodNotAllowed()
  const body = objectBody(request, target)
  const sent = textAt(body, 'metadata', 'name')
  if (sent !== '' && sent !== name) throw badRequest(`the name of the object (${sent}) does not match the name on the URL (${name})`)
  const { options, warnings } = writeOf(request, query, subresource)
  const named = { ...body, metadata: { ...objectAt(body, 'metadata'), name } }
  const { object, created } = store.requests.updateOrCreate(resource, target.namespace ?? '', named, options)
  return answerObject(store, request, query, resource, created ? 201 : 200, object, warnings)
}

const patchTypes: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

function patch(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource, subresource, name } = target
  assertVerb(resource, subresource, 'patch')
  if (name === undefined) throw methodNotAllowed()
  const type = patchTypes.find(each => each === mediaType(request.headers?.['content-type']))
  if (type === undefined) throw unsupportedPatch()
  const { options, warnings } = writeOf(request, query, subresource)
  if (type === 'application/apply-patch+yaml' && query.get('fieldManager') === null) throw managerMissing()
  const body = patchBody(type, bodyText(request.body))
  const { object, created } = store.requests.patchOrCreate(resource, target.namespace ?? '', name, type, body, options)
  return answerObject(store, request, query, resource, created ? 201 : 200, object, warnings)
}

function managerMissing(): Error {
  return invalid('meta.k8s.io', 'PatchOptions', '', [{ reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' }])
}

function patchBody(type: PatchType, text: string): Json {
  return type === 'application/apply-patch+yaml' ? parsedYaml(text) : parseBody(text, 'application/json', 'patch')
}

function deleteOptionsOf(request: HttpRequest, query: URLSearchParams): DeleteOptions {
  const isEmpty = request.body === undefined || request.body.length === 0
  const body = isEmpty ? {} : parseBody(request.body, request.headers?.['content-type'], 'DeleteOptions')
  const grace = query.get('gracePeriodSeconds') ?? (isObject(body) ? body['gracePeriodSeconds'] : undefined)
  const policy = query.get('propagationPolicy') ?? textAt(body, 'propagationPolicy')
  const orphan = isObject(body) && body['orphanDependents'] === true
  const { uid, resourceVersion } = objectAt(body, 'preconditions')
  return {
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === 'Orphan' || policy === 'Background' || policy === 'Foreground' ? { propagationPolicy: policy } : orphan ? { propagationPolicy: 'Orphan' } : {}),
    preconditions: { ...(typeof uid === 'string' ? { uid } : {}), ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}) },
    dryRun: query.get('dryRun') === 'All' || arrayAt(body, 'dryRun').includes('All'),
  }
}

function remove(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource, name, namespace } = target
  const options = deleteOptionsOf(request, query)
  if (name === undefined) {
    assertVerb(resource, undefined, 'deletecollection')
    const all = store.requests.list(resource, namespace, selectionOf(query))
    for (const each of all) store.requests.delete(resource, textAt(each, 'metadata', 'namespace'), textAt(each, 'metadata', 'name'), options)
    const metadata = { resourceVersion: String(store.requests.revision) }
    return jsonAnswer(200, { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata: resource.custom === undefined ? metadata : { continue: '', ...metadata }, items: all })
  }
  assertVerb(resource, target.subresource, 'delete')
  const outcome = store.requests.delete(resource, namespace ?? '', name, options)
  return outcome.gone ? jsonAnswer(200, goneStatus(resource, outcome.object)) : jsonAnswer(200, outcome.object)
}

/** What a delete that took effect at once answers, except for kinds whose storage returns the object. */
function goneStatus(resource: Resource, object: JsonObject): JsonObject {
  if (strategyOf(resource).returnsDeleted === true) return object
  const { name, uid } = objectAt(object, 'metadata')
  const group = resource.group === '' ? {} : { group: resource.group }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: name ?? '', ...group, kind: resource.plural, uid: uid ?? '' } }
}
