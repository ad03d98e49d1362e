/** Definitions that a plan counts on and neither it nor its charts bring: of Prometheus' operator, External Secrets, an installed snapshot controller. */
import { crdSets, crdsOf } from '@stowage/wire/crds'
import type { CustomResourceDefinition, StructuralSchema } from '@stowage/wire/crds'
import { schemaNames, schemaOf, schemaSources } from '@stowage/wire/schemas'
import type { Plan } from '@stowage/module'

const monitoringGroup = 'monitoring.coreos.com'

/** Every definition that the house can give, the pinned ones first. */
export async function allDefinitions(): Promise<readonly CustomResourceDefinition[]> {
  const pinned = (await Promise.all(crdSets.map(crdsOf))).flat()
  const monitoring = schemaNames.filter((name) => schemaSources[name].group === monitoringGroup)
  return [...pinned, ...(await Promise.all(monitoring.map(async (name) => published(schemaSources[name], await schemaOf(name))))), externalSecret]
}

/** Those of the plan's kinds that nobody in it brings, and those of Prometheus' operator: charts make monitors, too. Throws for a kind that the house has no definition of. */
export function definitionsFor({ objects, helmReleases }: Plan, all: readonly CustomResourceDefinition[]): readonly CustomResourceDefinition[] {
  const brought = new Set([...objects.map(({ object }) => object.metadata.name), ...helmReleases.flatMap(({ crds }) => crds)])
  const needed = new Map<string, CustomResourceDefinition>()
  for (const { id, object } of objects) {
    const group = object.apiVersion.split('/')[0] ?? ''
    if (!object.apiVersion.includes('/') || builtIn(group)) continue
    const found = all.find(({ spec }) => spec.group === group && spec.names.kind === object.kind)
    if (found === undefined) throw new Error(`${id}: the house has no definition of ${object.apiVersion} ${object.kind}`)
    if (!brought.has(found.metadata.name)) needed.set(found.metadata.name, found)
  }
  const monitoring = all.filter(({ spec }) => spec.group === monitoringGroup).map((each) => [each.metadata.name, each] as const)
  return [...new Map([...needed, ...monitoring]).values()]
}

function builtIn(group: string): boolean {
  const own = ['snapshot.storage.k8s.io', 'groupsnapshot.storage.k8s.io']
  return (!group.includes('.') || group.endsWith('.k8s.io')) && !own.includes(group)
}

/** The published schemas are those of the operator's own definitions, closed for kubeconform; a structural schema is closed by itself. */
function published({ group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string }, schema: Readonly<Record<string, unknown>>): CustomResourceDefinition {
  return definition(group, version, kind, { type: 'object', ...opened(schema) })
}

function opened(schema: Readonly<Record<string, unknown>>): StructuralSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === 'additionalProperties' && value === false ? undefined : value))
  const parsed: StructuralSchema = JSON.parse(text)
  return parsed
}

function definition(group: string, version: string, kind: string, openAPIV3Schema: StructuralSchema): CustomResourceDefinition {
  const plural = `${kind.toLowerCase()}s`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` }, versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } }] },
  }
}

/** The house pins no schema of External Secrets: what stands below `spec` is not looked at. */
const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const externalSecret = definition('external-secrets.io', 'v1', 'ExternalSecret', { type: 'object', properties: { spec: anything, status: anything } })
