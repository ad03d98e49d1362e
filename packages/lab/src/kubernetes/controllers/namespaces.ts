/** The namespace controller: one that is deleted is emptied, and then it goes. */
import type { Api } from '../api/api.ts'
import { queueOf } from './controller.ts'
import type { StartController } from './controller.ts'
import { listKnown } from './list-known.ts'
import type { Namespace } from './objects.ts'
import { isDeleted, keyOf } from './objects.ts'
import { change, changeStatus, remove } from './write.ts'

/** What a namespace may hold here beside custom resources, in the order in which it is deleted. */
const namespaced = [
  'deployments.apps', 'daemonsets.apps', 'statefulsets.apps', 'replicasets.apps', 'controllerrevisions.apps', 'pods', 'persistentvolumeclaims', 'configmaps', 'secrets', 'services',
  'serviceaccounts', 'resourcequotas', 'limitranges', 'networkpolicies.networking.k8s.io', 'poddisruptionbudgets.policy', 'leases.coordination.k8s.io', 'csistoragecapacities.storage.k8s.io', 'roles.rbac.authorization.k8s.io', 'rolebindings.rbac.authorization.k8s.io', 'events',
]
const retryMs = 1_000

export const startNamespaceController: StartController = (parts) => {
  const { api, caches } = parts
  const queue = queueOf(parts, 'namespaces', (name) => {
    const namespace = api.get<Namespace>('namespaces', name)
    if (namespace === undefined || !isDeleted(namespace)) return
    changeStatus<Namespace>(api, 'namespaces', namespace, (current) => ({ ...current.status, phase: 'Terminating' }))
    if (empty(api, name)) return finalize(api, namespace)
    queue.addAfter(name, retryMs)
  })
  caches.namespaces.onChange(({ type, object }) => {
    if (type !== 'DELETED' && isDeleted(object)) queue.add(keyOf(object))
  })
  return queue
}

/** Asks for the deletion of all that is left; true when nothing is. */
function empty(api: Api, namespace: string): boolean {
  let left = 0
  const custom = api.resources().filter((each) => each.custom && each.namespaced).map(({ name }) => name)
  for (const resource of [...custom, ...namespaced]) {
    for (const object of listKnown(api, resource, namespace)) {
      left += resource === 'events' ? 0 : 1
      if (!isDeleted(object)) remove(api, resource, object, { propagationPolicy: 'Background' })
    }
  }
  return left === 0
}

/** Takes the finalizer `kubernetes` from the spec; then the object may go. */
function finalize(api: Api, namespace: Namespace): void {
  const written = change<Namespace>(api, 'namespaces', namespace, (current) => ({ ...current, spec: { ...current.spec, finalizers: [] } }))
  if (written !== undefined) remove(api, 'namespaces', written)
}
