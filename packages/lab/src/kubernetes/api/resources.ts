/** The kinds that are served, as data: upstream's discovery for the built-in ones, the definitions for custom ones. */
import { kubernetesResources } from '@stowage/wire/kubernetes'
import type { KubernetesResource, KubernetesSubresource } from '@stowage/wire/kubernetes'
import type { PrinterColumn, StructuralSchema } from '@stowage/wire/crds'
import type { RuleBook } from '@stowage/wire/structural-schema'

export interface Resource extends KubernetesResource {
  /** Of a custom resource only. */
  readonly custom?: CustomPart
}

/** Where a custom resource keeps its replicas: `['spec', 'replicas']`. */
export interface ScalePaths {
  readonly spec: readonly string[]
  readonly status: readonly string[]
  /** A selector as text; undefined when the definition names none. */
  readonly selector: readonly string[] | undefined
}

/** What a definition says of one version of its resource. */
export interface CustomPart {
  readonly schema: StructuralSchema
  readonly columns: readonly PrinterColumn[]
  readonly listKind: string
  readonly scale: ScalePaths | undefined
  readonly rules: RuleBook
  readonly hasRules: boolean
  /** The definition is being deleted: nothing new is taken. */
  readonly isTerminating: boolean
  /** Said with every answer of a deprecated version. */
  readonly deprecation?: string
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
  /** The first of each is the version in which objects are stored. */
  readonly #byName = new Map<string, readonly Resource[]>()
  #generation = 0

  constructor() {
    for (const resource of kubernetesResources) this.#byName.set(resourceName(resource), [resource])
  }

  /** Changes whenever a custom resource was added or removed. */
  get generation(): number {
    return this.#generation
  }

  all(): readonly Resource[] {
    return [...this.#byName.values()].flat()
  }

  /** One for each resource, in the version in which it is stored. */
  stored(): readonly Resource[] {
    return [...this.#byName.values()].flatMap(each => each.slice(0, 1))
  }

  /** In the version in which it is stored. */
  find(name: string): Resource | undefined {
    return this.#byName.get(name)?.[0]
  }

  at(group: string, version: string, plural: string): Resource | undefined {
    return this.#byName.get(group === '' ? plural : `${plural}.${group}`)?.find(each => each.version === version)
  }

  /** Versions of a definition's resource are served from here on; none takes it away. */
  serve(name: string, versions: readonly Resource[]): void {
    if (versions.length > 0) this.#byName.set(name, versions)
    else if (this.find(name)?.custom === undefined) return
    else this.#byName.delete(name)
    this.#generation += 1
  }
}
