/** What a declaration finds in a cluster before its first apply: namespaces, Secrets, nodes, other people's definitions. */
import type { Plan } from '@stowage/module'
import type { CustomResourceDefinition } from '@stowage/wire/crds'
import { frozenObject } from '@stowage/lab/kubernetes/api/json'
import { core } from '@stowage/lab/kubernetes/operators/cluster-api'
import type { Kind } from '@stowage/lab/kubernetes/operators/cluster-api'
import { arrayAt, at, objectAt, textAt } from '@stowage/lab/kubernetes/api/json'
import type { LivingCluster } from '../cluster.ts'
import { definitionsFor } from './definitions.ts'
import { untilServed } from './served.ts'

export const definitions: Kind = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false }

export async function makeNeighbours(plan: Plan, { api, client }: Pick<LivingCluster, 'api' | 'client'>, all: readonly CustomResourceDefinition[]): Promise<void> {
  const foreign = definitionsFor(plan, all)
  for (const each of foreign) await api.create(definitions, frozenObject(each))
  await untilServed(foreign, client)
  for (const name of nodesOf(plan)) await api.create(core.nodes, { metadata: { name, labels: { 'kubernetes.io/hostname': name } } })
  // A Secret that is there before its namespace is planned needs the namespace all the same.
  const namespaces = new Set(plan.needs.flatMap(({ kind, name, namespace }) => (kind === 'Namespace' ? [name] : (namespace ?? []))))
  for (const name of namespaces) await api.create(core.namespaces, { metadata: { name } })
  for (const { kind, name, namespace } of plan.needs) if (kind === 'Secret') await api.create(core.secrets, { metadata: { name, namespace: namespace ?? 'default' }, data: Object.fromEntries(keysOf(plan, name).map((key) => [key, contentOf(key)])) })
}

/** Nodes that the plan's Ceph names, those that it needs, or three that nobody named. */
function nodesOf({ objects, helmReleases, needs }: Plan): readonly string[] {
  const clusters = [...objects.filter(({ object }) => object.kind === 'CephCluster').map(({ object }) => at(frozenObject(object), 'spec')), ...helmReleases.map(({ values }) => objectAt(frozenObject(values), 'cephClusterSpec'))]
  const named = clusters.flatMap((spec) => arrayAt(spec, 'storage', 'nodes').map((node) => textAt(node, 'name')))
  const all = [...new Set([...named, ...needs.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : []))])]
  return all.length === 0 ? ['worker-1', 'worker-2', 'worker-3'] : all
}

/** What the plan's own objects read of it; a Secret without any key of its own holds one that nobody asks for. */
function keysOf({ objects }: Plan, name: string): readonly string[] {
  const read = objects.map(({ object }) => objectAt(frozenObject(object), 'spec', 'credential')).filter((credential) => textAt(credential, 'name') === name)
  return read.length === 0 ? ['value'] : read.map((credential) => textAt(credential, 'key'))
}

function contentOf(key: string): string {
  return Buffer.from(`what ${key} holds`).toString('base64')
}
