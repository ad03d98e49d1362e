/** The kinds that are served, as data: upstream's discovery for the built-in ones, the definitions for custom ones. */
import { kubernetesResources } from '@stowage/wire/kubernetes'
import type { KubernetesResource, KubernetesSubresource } from '@stowage/wire/kubernetes'
import { arrayAt, at, objectAt, textAt } from './json.ts'
import type { JsonObject } from './json.ts'

export interface Resource extends KubernetesResource {
  /** Of a custom resource: the structural schema of its version; undefined when it keeps everything. */
  readonly customSchema?: unknown
  readonly custom?: boolean
}
export type Subresource = KubernetesSubresource

/** `pods`, `statefulsets.apps`. */
export function resourceName(resource: Pick<Resource, 'group' | 'plural'>): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
}

/** `v1`, `apps/v1`. */
export function groupVersion(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

const definitions = 'customresourcedefinitions.apiextensions.k8s.io'
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

function resourceOfDefinition(object: JsonObject): Resource | undefined {
  const spec = objectAt(object, 'spec')
  const version = arrayAt(spec, 'versions').find(each => at(each, 'storage') === true && at(each, 'served') === true)
  if (version === undefined) return undefined
  const names = objectAt(spec, 'names')
  const group = textAt(spec, 'group')
  const common = { group, version: textAt(version, 'name'), kind: textAt(names, 'kind') }
  const hasStatus = at(version, 'subresources', 'status') !== undefined
  return {
    ...common,
    plural: textAt(names, 'plural'),
    singular: textAt(names, 'singular'),
    namespaced: textAt(spec, 'scope') === 'Namespaced',
    shortNames: arrayAt(names, 'shortNames').map(String),
    categories: arrayAt(names, 'categories').map(String),
    verbs: customVerbs,
    subresources: hasStatus ? [{ ...common, name: 'status', verbs: ['get', 'patch', 'update'] }] : [],
    custom: true,
    customSchema: objectAt(version, 'schema', 'openAPIV3Schema'),
  }
}

/** Resources by name; custom ones come and go with their definitions. */
export class ResourceRegistry {
  readonly #byName = new Map<string, Resource>()
  #generation = 0

  constructor() {
    for (const resource of kubernetesResources) this.#byName.set(resourceName(resource), resource)
  }

  /** Changes whenever a custom resource was added or removed. */
  get generation(): number {
    return this.#generation
  }

  all(): readonly Resource[] {
    return [...this.#byName.values()]
  }

  find(name: string): Resource | undefined {
    return this.#byName.get(name)
  }

  at(group: string, version: string, plural: string): Resource | undefined {
    const found = this.#byName.get(group === '' ? plural : `${plural}.${group}`)
    return found?.version === version ? found : undefined
  }

  /** A stored CustomResourceDefinition is served from here on, in its storage version; anything else is passed over. */
  learnDefinition(of: Resource, object: JsonObject): void {
    if (resourceName(of) !== definitions) return
    const resource = resourceOfDefinition(object)
    if (resource === undefined) return
    this.#byName.set(resourceName(resource), Object.freeze(resource))
    this.#generation += 1
  }

  forgetDefinition(of: Resource, object: JsonObject): void {
    if (resourceName(of) !== definitions) return
    const name = textAt(object, 'metadata', 'name')
    if (this.#byName.get(name)?.custom !== true) return
    this.#byName.delete(name)
    this.#generation += 1
  }
}
