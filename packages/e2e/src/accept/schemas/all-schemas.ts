/** Every kind for which the house holds a schema, as files that kubeconform finds. */
import { crdSets, crdsOf } from '@stowage/wire/crds'
import type { CustomResourceDefinition } from '@stowage/wire/crds'
import { kubernetesSchemas } from '@stowage/wire/kubernetes'
import { schemaNames, schemaOf, schemaSources } from '@stowage/wire/schemas'
import { documentOf } from './published-schema.ts'
import { objectMeta, strictRoot, type Schema } from './strict-schema.ts'

/** kubeconform's own words for a file's place; of the core group `Group` is the version. */
export const schemaLocation = '{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json'

export interface SchemaFile {
  /** `ceph.rook.io/cephcluster_v1.json` */
  readonly path: string
  readonly schema: Schema
}

/** Kubernetes' kinds, the pinned CustomResourceDefinitions, and the kinds of Prometheus, Flux and Argo CD. */
export async function allSchemas(): Promise<readonly SchemaFile[]> {
  const definitions = (await Promise.all(crdSets.map(crdsOf))).flat()
  const others = await Promise.all(schemaNames.map(async (name) => catalogued(schemaSources[name], await schemaOf(name))))
  return [...kubernetesKinds(), ...definitions.flatMap(customKinds), ...others]
}

/** Each served version of a definition. */
export function customKinds({ spec }: CustomResourceDefinition): readonly SchemaFile[] {
  return spec.versions
    .filter(({ served }) => served)
    .map(({ name, schema }) => file(spec.group, name, spec.names.kind, documentOf(strictRoot(schema?.openAPIV3Schema ?? {}), kubernetesSchemas)))
}

function kubernetesKinds(): readonly SchemaFile[] {
  return Object.values(kubernetesSchemas).flatMap((schema) => identitiesOf(schema).map(({ group, version, kind }) => file(group, version, kind, documentOf(schema, kubernetesSchemas, ['apiVersion', 'kind']))))
}

/** Published without Kubernetes' metadata, which would let any of it pass. */
function catalogued({ group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string }, schema: Schema): SchemaFile {
  const properties = typeof schema['properties'] === 'object' ? schema['properties'] : {}
  return file(group, version, kind, documentOf({ ...schema, properties: { ...properties, metadata: objectMeta } }, kubernetesSchemas, ['apiVersion', 'kind', 'metadata']))
}

function file(group: string, version: string, kind: string, schema: Schema): SchemaFile {
  return { path: `${group === '' ? version : group}/${kind.toLowerCase()}_${version}.json`, schema: { $schema: 'http://json-schema.org/draft-04/schema#', ...schema } }
}

interface Identity {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** What several groups share (DeleteOptions, WatchEvent) is no kind that a manifest holds. */
function identitiesOf(schema: Schema): readonly Identity[] {
  const identities = schema['x-kubernetes-group-version-kind']
  return Array.isArray(identities) && identities.length === 1 ? identities.filter(isIdentity) : []
}

function isIdentity(value: unknown): value is Identity {
  return typeof value === 'object' && value !== null && 'group' in value && 'version' in value && 'kind' in value
}
