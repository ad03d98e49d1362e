/**
 * JSON Schemas of kinds that others own and Stowage only writes: Prometheus' operator, Flux, Argo CD. Strict as published
 * (`additionalProperties: false`), without descriptions. Loaded when asked for; `@stowage/wire/schemas/{monitoring,flux,argo}` hold them at once.
 */
import index from './data/schemas/index.json' with { type: 'json' }
import type { JsonSchema } from './schemas/json-schema.ts'

export type { JsonSchema } from './schemas/json-schema.ts'

export interface SchemaSource {
  readonly source: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly sha256: string
}

/** By `<kind in small letters>_<version>`, the name that catalogues of such schemas use. */
export const schemaSources = index satisfies Readonly<Record<string, SchemaSource>>

export type SchemaName = keyof typeof schemaSources

const loaders = {
  servicemonitor_v1: async () => (await import('./schemas/monitoring.ts')).monitoringSchemas.servicemonitor_v1,
  podmonitor_v1: async () => (await import('./schemas/monitoring.ts')).monitoringSchemas.podmonitor_v1,
  prometheusrule_v1: async () => (await import('./schemas/monitoring.ts')).monitoringSchemas.prometheusrule_v1,
  gitrepository_v1: async () => (await import('./schemas/flux.ts')).fluxSchemas.gitrepository_v1,
  helmrepository_v1: async () => (await import('./schemas/flux.ts')).fluxSchemas.helmrepository_v1,
  ocirepository_v1: async () => (await import('./schemas/flux.ts')).fluxSchemas.ocirepository_v1,
  helmrelease_v2: async () => (await import('./schemas/flux.ts')).fluxSchemas.helmrelease_v2,
  kustomization_v1: async () => (await import('./schemas/flux.ts')).fluxSchemas.kustomization_v1,
  application_v1alpha1: async () => (await import('./schemas/argo.ts')).argoSchemas.application_v1alpha1,
  appproject_v1alpha1: async () => (await import('./schemas/argo.ts')).argoSchemas.appproject_v1alpha1,
} satisfies Record<SchemaName, () => Promise<JsonSchema>>

export function schemaOf(name: SchemaName): Promise<JsonSchema> {
  return loaders[name]()
}

/** The schema's name for a kind, if there is one: `schemaNameOf('monitoring.coreos.com/v1', 'PodMonitor')`. */
export function schemaNameOf(apiVersion: string, kind: string): SchemaName | undefined {
  return schemaNames.find((name) => {
    const source = schemaSources[name]
    return source.kind === kind && `${source.group}/${source.version}` === apiVersion
  })
}

export const schemaNames: readonly SchemaName[] = [
  'servicemonitor_v1', 'podmonitor_v1', 'prometheusrule_v1', 'gitrepository_v1', 'helmrepository_v1',
  'ocirepository_v1', 'helmrelease_v2', 'kustomization_v1', 'application_v1alpha1', 'appproject_v1alpha1',
]
