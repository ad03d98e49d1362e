/** The kinds that are served, as data: upstream's discovery for the built-in ones, the definitions for custom ones. */
import { kubernetesResources } from '@stowage/wire/kubernetes'
import type { KubernetesResource, KubernetesSubresource } from '@stowage/wire/kubernetes'

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

  add(resource: Resource): void {
    this.#byName.set(resourceName(resource), Object.freeze(resource))
    this.#generation += 1
  }

  remove(name: string): void {
    if (this.#byName.get(name)?.custom !== true) return
    this.#byName.delete(name)
    this.#generation += 1
  }
}
