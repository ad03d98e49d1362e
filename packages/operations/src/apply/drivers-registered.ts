import { formatLabelSelector, follow } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject, LabelSelector, ObjectRef } from '@stowage/kubernetes'
import type { Pod } from 'kubernetes-types/core/v1'
import type { CSINode } from 'kubernetes-types/storage/v1'
import type { Step } from '../steps/step.ts'
import type { AppliableObject } from './stowage-plan.ts'
import { withinTime } from './wait-ready.ts'

/** What is still missing before every node can mount, as sentences. Pure. */
export function missingRegistrations(drivers: readonly string[], nodes: readonly string[], csiNodes: readonly CSINode[]): readonly string[] {
  const registered = new Map(csiNodes.map((node) => [node.metadata?.name ?? '', driversOf(node).map(({ name }) => name)]))
  const deaf = nodes.filter((node) => !drivers.some((driver) => registered.get(node)?.includes(driver)))
  const absent = drivers.filter((driver) => ![...registered.values()].some((names) => names.includes(driver)))
  return [
    ...(absent.length === 0 ? [] : [`no node has registered ${absent.join(', ')}`]),
    ...(deaf.length === 0 || absent.length === drivers.length ? [] : [`${deaf.length === 1 ? 'node' : 'nodes'} ${deaf.toSorted().join(', ')} registered none of the drivers`]),
  ]
}

/** API servers write null for a node that has registered none: the list is required, and Go prints an empty one so (storage/v1, CSINodeSpec). */
export function driversOf({ spec }: CSINode): CSINode['spec']['drivers'] {
  const drivers: CSINode['spec']['drivers'] | null = spec.drivers
  return drivers ?? []
}

/** Waits until the kubelets know the plan's drivers: before that, pods with volumes cannot start. */
export function driversRegisteredStep(client: KubernetesClient, objects: readonly AppliableObject[], waitMs: number): Step | undefined {
  const drivers = objects.filter(({ object }) => object.kind === 'CSIDriver').map(({ object }) => object.metadata.name)
  const daemonSets = objects.filter(({ object }) => object.kind === 'DaemonSet')
  if (drivers.length === 0 || daemonSets.length === 0) return undefined
  return {
    id: 'wait:drivers-registered',
    title: 'the kubelets know the drivers',
    look: async () => ({ state: 'done', message: '' }),
    change: async () => '',
    settle: async (signal, tell) => {
      let missing: readonly string[] = []
      let told = ''
      return withinTime(client, waitMs, signal, async (deadline) => {
        for await (const csiNodes of snapshots<CSINode>(client, deadline)) {
          const nodes = await nodesOf(client, daemonSets, deadline)
          missing = missingRegistrations(drivers, nodes, csiNodes)
          if (missing.length === 0) return `${drivers.join(', ')} on ${nodes.length} nodes`
          if (told !== missing.join('; ')) tell(missing.join('; '))
          told = missing.join('; ')
        }
        return ''
      }, async () => `the drivers are not registered everywhere after ${Math.round(waitMs / 1000)} s: ${missing.join('; ')}; read the log of the node pods there`)
    },
  }
}

/** All CSINodes, again after each change. */
async function* snapshots<T extends KubernetesObject>(client: KubernetesClient, signal: AbortSignal): AsyncGenerator<readonly T[]> {
  const known = new Map<string, T>()
  for await (const change of follow<T>(client, { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode' }, { signal })) {
    if (change.type === 'snapshot') {
      known.clear()
      for (const item of change.items) known.set(item.metadata?.name ?? '', item)
    } else if (change.type === 'deleted') known.delete(change.object.metadata?.name ?? '')
    else known.set(change.object.metadata?.name ?? '', change.object)
    yield [...known.values()]
  }
}

async function nodesOf(client: KubernetesClient, daemonSets: readonly AppliableObject[], signal: AbortSignal): Promise<readonly string[]> {
  const nodes = new Set<string>()
  for (const { object } of daemonSets) {
    const { apiVersion, kind, metadata } = object
    const ref: ObjectRef = { apiVersion, kind, ...metadata }
    const live = await client.get<KubernetesObject & { readonly spec?: { readonly selector?: LabelSelector } }>(ref, { signal })
    const scope = { labelSelector: formatLabelSelector(live.spec?.selector ?? {}), ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }
    const { items } = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, scope, { signal })
    for (const { spec } of items) if (spec?.nodeName !== undefined) nodes.add(spec.nodeName)
  }
  return [...nodes]
}
