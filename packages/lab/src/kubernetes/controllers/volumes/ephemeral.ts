/** The ephemeral volume controller: a pod's own claims, which live and go with it. */
import type { Claim, Pod } from '../objects.ts'
import { controlledBy, controllerOf, isDeleted, isPodOver, keyOf, splitKey } from '../objects.ts'
import { queueOf } from '../controller.ts'
import type { StartController } from '../controller.ts'

export const startEphemeralVolumes: StartController = (parts) => {
  const { api, caches } = parts
  const queue = queueOf(parts, 'ephemeral-volumes', (key) => {
    const { name, namespace } = splitKey(key)
    const pod = api.get<Pod>('pods', name, namespace)
    if (pod === undefined || isDeleted(pod) || isPodOver(pod)) return
    for (const { name: volume, ephemeral } of pod.spec.volumes ?? []) {
      if (ephemeral?.volumeClaimTemplate === undefined) continue
      const claimName = `${name}-${volume}`
      const existing = api.get<Claim>('persistentvolumeclaims', claimName, namespace)
      if (existing !== undefined && controllerOf(existing)?.uid !== pod.metadata.uid) throw new Error(`PVC ${namespace}/${claimName} was not created for pod ${keyOf(pod)} (pod is not owner)`)
      if (existing !== undefined) continue
      const { metadata, spec } = ephemeral.volumeClaimTemplate
      const labels = metadata?.labels === undefined ? {} : { labels: metadata.labels }
      const annotations = metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }
      api.create('persistentvolumeclaims', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claimName, namespace: namespace ?? '', ...labels, ...annotations, ownerReferences: [controlledBy(pod)] }, ...{ spec } })
    }
  })
  caches.pods.onChange(({ type, object }) => {
    if (type === 'ADDED' && object.spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined)) queue.add(keyOf(object))
  })
  caches.claims.onChange(({ type, object }) => {
    const owner = controllerOf(object)
    if (type === 'DELETED' && owner?.kind === 'Pod') queue.add(`${object.metadata.namespace}/${owner.name}`)
  })
  return queue
}
