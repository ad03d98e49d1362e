/** What the server writes itself before admission: metadata, generation, status kept apart from spec. rest.BeforeCreate and BeforeUpdate. */
import { badRequest } from './failures.ts'
import { at, numberAt, objectAt, same, textAt, without } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { Memory } from './memory.ts'
import type { Resource } from './resources.ts'
import { resourceName } from './resources.ts'
import { strategyOf } from './strategies.ts'
import { kindHooks } from './kind-hooks.ts'

export function forCreate(memory: Memory, resource: Resource, namespace: string, input: JsonObject): JsonObject {
  const strategy = strategyOf(resource)
  const sent = objectAt(input, 'metadata')
  const named = textAt(sent, 'namespace')
  if (resource.namespaced && named !== '' && named !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const prefix = textAt(sent, 'generateName')
  const name = textAt(sent, 'name') || (prefix === '' ? '' : prefix.slice(0, 58) + memory.random.suffix(5))
  const metadata: JsonObject = {
    ...without(sent, 'resourceVersion', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'namespace', 'generation'),
    ...(name === '' ? {} : { name }),
    ...(resource.namespaced ? { namespace } : {}),
    uid: memory.random.uuid(),
    creationTimestamp: memory.now(),
    ...(strategy.generation === true ? { generation: 1 } : {}),
  }
  const status = strategy.initialStatus === undefined ? {} : { status: strategy.initialStatus }
  const kept = resource.custom !== undefined && hasStatus(resource) ? without(input, 'status') : input
  const object = { ...kept, metadata, ...status }
  return kindHooks[resourceName(resource)]?.onCreate?.(memory, object) ?? object
}

const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion', 'generation', 'selfLink'] as const

export function forUpdate(resource: Resource, current: JsonObject, input: JsonObject, subresource: string | undefined): JsonObject {
  const kept = objectAt(current, 'metadata')
  const metadata: Record<string, Json> = { ...objectAt(input, 'metadata') }
  for (const key of fixed) {
    const value = kept[key]
    if (value === undefined) delete metadata[key]
    else metadata[key] = value
  }
  const merged = { ...onlyWritable(resource, current, input, subresource), metadata }
  return withGeneration(resource, current, merged, subresource)
}

/** `status` writes status and metadata, `finalize` spec.finalizers; everything else leaves the status alone. */
function onlyWritable(resource: Resource, current: JsonObject, input: JsonObject, subresource: string | undefined): JsonObject {
  if (subresource === 'status') return input['status'] === undefined ? without(current, 'status') : { ...current, status: input['status'] }
  if (subresource === 'finalize') return { ...current, spec: { ...objectAt(current, 'spec'), finalizers: at(input, 'spec', 'finalizers') ?? [] } }
  if (!hasStatus(resource)) return input
  const status = current['status']
  return status === undefined ? without(input, 'status') : { ...input, status }
}

function hasStatus(resource: Resource): boolean {
  return resource.subresources.some(each => each.name === 'status')
}

function withGeneration(resource: Resource, current: JsonObject, next: JsonObject, subresource: string | undefined): JsonObject {
  const strategy = strategyOf(resource)
  if (strategy.generation === undefined || subresource === 'status') return next
  const changed = resource.custom !== undefined ? !same(contentOf(current), contentOf(next)) : !same(current['spec'], next['spec'])
  const annotated = strategy.generationOfAnnotations === true && !same(at(current, 'metadata', 'annotations'), at(next, 'metadata', 'annotations'))
  if (!changed && !annotated) return next
  return counted(current, next)
}

function counted(current: JsonObject, next: JsonObject): JsonObject {
  return { ...next, metadata: { ...objectAt(next, 'metadata'), generation: (numberAt(current, 'metadata', 'generation') ?? 0) + 1 } }
}

function contentOf(object: JsonObject): JsonObject {
  return without(object, 'metadata')
}
