/** A virtual world with the lab's Kubernetes API in it and a client before it: what operations are tried on. */
import type { Effects } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { KubernetesClient } from '@stowage/kubernetes'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import type { Store } from '@stowage/lab/kubernetes/api/store'

export interface OperationsStage {
  readonly world: VirtualWorld
  readonly store: Store
  readonly client: KubernetesClient
  readonly effects: Effects
}

export const server = 'https://10.0.0.1:6443'

export function onStage(body: (stage: OperationsStage) => Promise<void>, seed: string | number = 'operations'): Promise<void> {
  const world = new VirtualWorld({ seed })
  const kube = world.process('kube-apiserver')
  const store = createStore({ clock: kube.effects.clock, random: kube.effects.random })
  world.route(server, createApiHandler(store))
  const { effects } = world.process('stowage')
  const client = new KubernetesClient({ server, http: effects.http, clock: effects.clock })
  return world.run(() => body({ world, store, client, effects }))
}

/** `kind namespace/name → resourceVersion` of everything in the store that operations write: two of these are equal when nothing was written between. */
export function versions({ store }: OperationsStage): Readonly<Record<string, string>> {
  const api = store.client('looker')
  const resources = ['namespaces', 'configmaps', 'secrets', 'persistentvolumes', 'persistentvolumeclaims', 'storageclasses.storage.k8s.io', 'deployments.apps', 'daemonsets.apps']
  const entries = resources.flatMap((resource) => api.list(resource).map(({ metadata }) => [`${resource} ${metadata.namespace ?? ''}/${metadata.name}`, metadata.resourceVersion] as const))
  return Object.fromEntries(entries)
}
