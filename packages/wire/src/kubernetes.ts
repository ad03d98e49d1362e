/**
 * What Kubernetes v1.36.3 publishes about the kinds that Stowage meets: discovery and OpenAPI v3, without descriptions.
 * Made by `scripts/extract-kubernetes.mjs`; held by the hashes in `data/kubernetes/manifest.json`.
 */
import goTypes from './data/kubernetes/go-types.json' with { type: 'json' }
import resources from './data/kubernetes/resources.json' with { type: 'json' }
import schemas from './data/kubernetes/schemas.json' with { type: 'json' }
import tables from './data/kubernetes/tables.json' with { type: 'json' }

export interface KubernetesSubresource {
  readonly name: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
}

export interface KubernetesResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly storageVersionHash?: string
  readonly subresources: readonly KubernetesSubresource[]
}

/** An OpenAPI v3 schema as published; `x-go` says what Go's JSON does with a zero value of the field. */
export interface KubernetesSchema {
  readonly [keyword: string]: unknown
}

export const kubernetesResources: readonly KubernetesResource[] = resources

/** By definition name, `io.k8s.api.core.v1.Pod`. */
export const kubernetesSchemas: Readonly<Record<string, KubernetesSchema>> = schemas

export const kubernetesVersion = 'v1.36.3'

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

/** The columns that the server prints for each kind, by resource name (`pods`, `statefulsets.apps`). */
export const kubernetesTables: Readonly<Record<string, readonly TableColumn[]>> = tables

/** The server's internal Go structs: what it prints when it shows what changed. A field is [Go name, JSON name, Go type]; no Go name embeds the type. */
export const kubernetesGoTypes: { readonly structs: Readonly<Record<string, readonly (readonly string[])[]>>; readonly aliases: Readonly<Record<string, string>> } = goTypes
