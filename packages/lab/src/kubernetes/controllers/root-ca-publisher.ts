/** Keeps the ConfigMap kube-root-ca.crt in every namespace, as kube-controller-manager's root-ca-cert-publisher does. */
import { isDeleted, keyOf } from './objects.ts'
import type { Namespace } from './objects.ts'
import { queueOf } from './controller.ts'
import type { StartController } from './controller.ts'

const name = 'kube-root-ca.crt'

/** In the lab nothing in a container reaches the API server over TLS: the container's way to it is the handler itself. */
const text = '# The API server of the lab is reached without TLS.\n'

export const startRootCaPublisher: StartController = (parts) => {
  const { api, caches } = parts
  const queue = queueOf(parts, 'root-ca', (key) => {
    const namespace = api.get<Namespace>('namespaces', key)
    if (namespace === undefined || isDeleted(namespace) || api.get('configmaps', name, key) !== undefined) return
    api.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: key }, ...{ data: { 'ca.crt': text } } })
  })
  caches.namespaces.onChange(({ object }) => queue.add(keyOf(object)))
  return queue
}
