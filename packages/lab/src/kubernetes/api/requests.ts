/** Every call of the API on JSON objects, whoever makes it: the path of a write from what was sent to what is stored. */
import type { DeleteOptions, PatchType } from './api.ts'
import { admitCreate, admitUpdate } from './admission.ts'
import type { CallOptions } from './call-options.ts'
import { decode } from './decode.ts'
import { definitionsName } from './definitions/controllers.ts'
import { finalizerWarnings } from './definitions/custom-decode.ts'
import { isEstablished, resourcesOf } from './definitions/served-resources.ts'
import { deleteObject, isFinished } from './deletion.ts'
import type { DeleteOutcome } from './deletion.ts'
import { alreadyExists, badRequest, conflict, forbidden, invalid, modifiedSince, notFound, versionMissing } from './failures.ts'
import { arrayAt, frozenObject, isObject, objectAt, same, textAt, without } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { appliedObject, createdBy, updatedBy } from './managed/managers.ts'
import { Memory } from './memory.ts'
import { applyPatch } from './patch/index.ts'
import { admitted as chargesOf } from './quota/admission.ts'
import type { Charge } from './quota/admission.ts'
import { forCreate, forUpdate } from './prepare.ts'
import { resourceName } from './resources.ts'
import type { Resource } from './resources.ts'
import { reviewed } from './reviews.ts'
import { SchemaCatalog } from './schema/catalog.ts'
import { strategyOf } from './strategies.ts'
import { createSubresource, getSubresource, scaleToObject, withScale } from './subresources.ts'
import { invalidValue, shown } from './validation/fault.ts'
import { validateCreate, validateUpdate } from './validation/index.ts'

export interface WriteOutcome {
  readonly object: JsonObject
  readonly created: boolean
}

export class Requests extends Memory {
  readonly schemas = new SchemaCatalog()
  /** New objects whose first update is written even when it changes nothing. */
  readonly #unsettled = new WeakSet<JsonObject>()

  getSubresource(resource: Resource, namespace: string, name: string, subresource: string | undefined): JsonObject {
    const object = this.get(resource, namespace, name)
    return subresource === undefined ? object : getSubresource(resource, object, subresource)
  }

  create(resource: Resource, namespace: string, input: JsonObject, options: CallOptions): JsonObject {
    const decoded = decode(this.schemas, resource, input, options)
    const review = reviewed(resource, decoded)
    if (review !== undefined) return review
    return this.#insert(resource, namespace, createdBy(this.schemas, resource, decoded, options, this.now()), options)
  }

  #insert(resource: Resource, namespace: string, decoded: JsonObject, options: CallOptions): JsonObject {
    const prepared = forCreate(this, resource, namespace, decoded)
    if (resource.custom?.isTerminating === true) throw forbidden(resource, textAt(prepared, 'metadata', 'name'), 'create not allowed while custom resource definition is terminating')
    const admitted = admitCreate(this, resource, namespace, prepared)
    validateCreate(resource, admitted)
    if (resource.custom !== undefined) finalizerWarnings(objectAt(admitted, 'metadata'), [], options)
    const name = textAt(admitted, 'metadata', 'name')
    const charges = chargesOf(this, resource, admitted)
    if (this.find(resource, namespace, name) !== undefined) throw alreadyExists(resource, name)
    if (options.dryRun === true) return frozenObject(admitted)
    this.#charge(charges)
    const stored = this.#stored(resource, admitted)
    if (strategyOf(resource).firstIdleUpdateIsWritten === true) this.#unsettled.add(stored)
    return stored
  }

  createSubresource(resource: Resource, namespace: string, name: string, subresource: string, body: JsonObject, options: CallOptions): JsonObject {
    return createSubresource(this, resource, namespace, name, subresource, body, options)
  }

  update(resource: Resource, namespace: string, input: JsonObject, options: CallOptions): JsonObject {
    return this.updateOrCreate(resource, namespace, input, options).object
  }

  updateOrCreate(resource: Resource, namespace: string, input: JsonObject, options: CallOptions): WriteOutcome {
    const name = textAt(input, 'metadata', 'name')
    const current = this.find(resource, namespace, name)
    if (current === undefined) {
      if (strategyOf(resource).createsOnUpdate !== true || options.subresource !== undefined) throw notFound(resource, name)
      return { object: this.create(resource, namespace, input, options), created: true }
    }
    if (options.subresource === 'scale') return { object: this.#scale(resource, current, input, options), created: false }
    const decoded = decode(this.schemas, resource, input, options)
    this.#assertFresh(resource, current, decoded)
    return { object: this.#replace(resource, current, decoded, options), created: false }
  }

  #assertFresh(resource: Resource, current: JsonObject, input: JsonObject, isScale = false): void {
    const { resourceVersion, uid } = objectAt(input, 'metadata')
    const name = textAt(current, 'metadata', 'name')
    const actual = textAt(current, 'metadata', 'uid')
    if (typeof uid === 'string' && uid !== '' && uid !== actual) {
      throw conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${keyOf(resource, current)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${actual}`)
    }
    const asked = typeof resourceVersion === 'string' ? resourceVersion : ''
    if (asked === '' && !isScale && strategyOf(resource).needsVersion === true) throw versionMissing(resource, name)
    if (asked !== '' && asked !== '0' && asked !== textAt(current, 'metadata', 'resourceVersion')) throw conflict(resource, name, modifiedSince)
  }

  patch(resource: Resource, namespace: string, name: string, type: PatchType, body: unknown, options: CallOptions): JsonObject {
    return this.patchOrCreate(resource, namespace, name, type, frozenBody(body), options).object
  }

  patchOrCreate(resource: Resource, namespace: string, name: string, type: PatchType, body: Json, options: CallOptions): WriteOutcome {
    const current = this.find(resource, namespace, name)
    if (type === 'application/apply-patch+yaml') return this.#apply(resource, namespace, name, current, body, options)
    if (current === undefined) throw notFound(resource, name)
    if (options.subresource === 'scale') {
      const scale = applyPatch(this.schemas, resource, type, getSubresource(resource, current, 'scale'), body)
      return { object: this.#scale(resource, current, scale, options), created: false }
    }
    const patched = this.#decodePatched(resource, applyPatch(this.schemas, resource, type, current, body), options)
    this.#assertFresh(resource, current, patched)
    return { object: this.#replace(resource, current, patched, options), created: false }
  }

  /** What a strict patch of a custom resource adds that nobody knows is told of the whole object, as `patch`. */
  #decodePatched(resource: Resource, patched: JsonObject, options: CallOptions): JsonObject {
    if (resource.custom === undefined || options.fieldValidation !== 'Strict') return decode(this.schemas, resource, patched, options)
    const unknown: string[] = []
    const object = decode(this.schemas, resource, patched, { ...options, fieldValidation: 'Warn', warn: text => unknown.push(text) })
    if (unknown.length === 0) return object
    throw invalid('', '', '', [invalidValue('patch', shown(patched), `strict decoding error: ${unknown.join(', ')}`)])
  }

  #apply(resource: Resource, namespace: string, name: string, current: JsonObject | undefined, body: Json, options: CallOptions): WriteOutcome {
    if (!isObject(body)) throw badRequest('error decoding YAML: an object was expected')
    const sent = textAt(body, 'metadata', 'name')
    if (sent !== '' && sent !== name) throw badRequest(`the name of the object (${sent}) does not match the name on the URL (${name})`)
    const named = { ...body, metadata: { ...without(objectAt(body, 'metadata'), 'creationTimestamp'), name, ...(resource.namespaced ? { namespace } : {}) } }
    const applied = appliedObject(this.schemas, resource, current, named, options, this.now())
    const decoded = decode(this.schemas, resource, applied, { ...options, fieldValidation: 'Ignore' })
    if (current === undefined) return { object: this.#insert(resource, namespace, decoded, options), created: true }
    return { object: this.#replace(resource, current, decoded, options, true), created: false }
  }

  #scale(resource: Resource, current: JsonObject, scale: JsonObject, options: CallOptions): JsonObject {
    this.#assertFresh(resource, current, scale, true)
    return scaleToObject(resource, this.#replace(resource, current, withScale(resource, current, scale), options))
  }

  #replace(resource: Resource, current: JsonObject, input: JsonObject, options: CallOptions, isApply = false): JsonObject {
    const prepared = forUpdate(resource, current, input, options.subresource)
    // Whoever scales a custom resource owns nothing of it: seen at v1.36.3.
    const isUnowned = isApply || (options.subresource === 'scale' && resource.custom !== undefined)
    const owned = isUnowned ? prepared : updatedBy(this.schemas, resource, current, prepared, options, this.now())
    const admitted = admitUpdate(this, resource, current, owned, options.subresource)
    validateUpdate(resource, current, admitted, options.subresource)
    if (resource.custom !== undefined) finalizerWarnings(objectAt(admitted, 'metadata'), arrayAt(current, 'metadata', 'finalizers'), options)
    const next = frozenObject(admitted)
    const charges = options.subresource === undefined && resourceName(resource) === 'persistentvolumeclaims' ? chargesOf(this, resource, next, current) : []
    if (options.dryRun === true) return next
    this.#charge(charges)
    if (isFinished(resource, next)) return this.#gone(resource, current, next)
    if (same(next, current) && !this.#unsettled.delete(current)) return current
    return this.#stored(resource, next)
  }

  /** What the object uses is noted in the status of each quota at once; the controller counts anew later. */
  #charge(charges: readonly Charge[]): void {
    const quotas = this.resource('resourcequotas')
    for (const { quota } of charges) this.update(quotas, textAt(quota, 'metadata', 'namespace'), quota, { fieldManager: 'kube-apiserver', subresource: 'status' })
  }

  /** Binding, and other writes of the server itself: no admission, no managers. */
  overwrite(resource: Resource, object: JsonObject): JsonObject {
    return this.#stored(resource, frozenObject(object))
  }

  delete(resource: Resource, namespace: string, name: string, options: DeleteOptions): DeleteOutcome {
    const outcome = deleteObject(this, resource, namespace, name, options)
    if (options.dryRun !== true) this.#serve(resource, outcome.object, outcome.gone)
    return outcome
  }

  /** Watchers see the object as it was kept last; the writer sees what it wrote. */
  #gone(resource: Resource, kept: JsonObject, written: JsonObject): JsonObject {
    const last = this.remove(resource, kept)
    this.#serve(resource, last, true)
    return written
  }

  #stored(resource: Resource, object: JsonObject): JsonObject {
    const stored = this.put(resource, object)
    this.schemas.known.settle(this.schemas.of(resource), stored)
    this.#serve(resource, stored, false)
    return stored
  }

  /** A definition that is established is served from here on; one that is gone no longer. */
  #serve(resource: Resource, object: JsonObject, isGone: boolean): void {
    if (resourceName(resource) !== definitionsName || (!isGone && !isEstablished(object))) return
    this.registry.serve(textAt(object, 'metadata', 'name'), isGone ? [] : resourcesOf(object))
  }
}

function frozenBody(body: unknown): Json {
  return Array.isArray(body) ? arrayAt({ body: frozenObject({ body })['body'] ?? [] }, 'body') : frozenObject(body)
}

function keyOf(resource: Resource, object: JsonObject): string {
  const namespace = resource.namespaced ? `${textAt(object, 'metadata', 'namespace')}/` : ''
  return `/registry/${resourceName(resource).replace(/\..*$/, '')}/${namespace}${textAt(object, 'metadata', 'name')}`
}
