/** `--enable-capacity`: one CSIStorageCapacity for each topology segment and class of the driver. */
import { Size } from '@stowage/core/size'
import type { GetCapacityResponse } from '@stowage/wire/csi'
import { Informer } from '../controllers/informer.ts'
import type { CsiNode, Node, StorageCapacity, StorageClass } from '../controllers/objects.ts'
import { controllerOf } from '../controllers/objects.ts'
import type { KubeObject, OwnerReference } from '../api/api.ts'
import { waitsForConsumer } from '../controllers/volumes/match-volume.ts'
import { remove, sameJson } from '../controllers/write.ts'
import type { Sidecar } from './sidecar.ts'
import { segmentOf, textOf } from './topology.ts'
import type { Segment } from './topology.ts'

const managedBy = { 'csi.storage.k8s.io/managed-by': 'external-provisioner' }

/** Returns what asks for all again, as after each volume made or deleted. `own` is the only segment of a node deployment. */
export function publishCapacity(sidecar: Sidecar, own: Segment | undefined): () => void {
  const { api, clock, driver, flags, onEnd, queue } = sidecar
  const namespace = sidecar.context.env['NAMESPACE'] ?? sidecar.context.namespace
  const labels = { ...managedBy, 'csi.storage.k8s.io/drivername': driver.driver }
  const classes = new Informer<StorageClass>(api, 'storageclasses.storage.k8s.io')
  const csiNodes = new Informer<CsiNode>(api, 'csinodes.storage.k8s.io')
  const nodes = new Informer<Node>(api, 'nodes')
  const work = queue('capacity', async () => {
    const wanted = [...classes.all()].filter((each) => each.provisioner === driver.driver && (waitsForConsumer(each) || flags.on('capacity-for-immediate-binding', false)))
    const pairs = segments().flatMap((segment) => wanted.map((storageClass) => ({ segment, storageClass })))
    const existing = api.list<StorageCapacity>('csistoragecapacities.storage.k8s.io', { namespace, labelSelector: Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',') })
    const isWanted = (each: StorageCapacity): boolean => pairs.some(({ segment, storageClass }) => isFor(each, segment, storageClass))
    const mine = own === undefined ? existing : existing.filter((each) => sameJson(each.nodeTopology?.matchLabels, own))
    for (const each of mine) if (!isWanted(each)) remove(api, 'csistoragecapacities.storage.k8s.io', each)
    for (const { segment, storageClass } of pairs) await publish(segment, storageClass, existing.find((each) => isFor(each, segment, storageClass)))
  })
  const segments = (): readonly Segment[] => {
    if (own !== undefined) return [own]
    const found = [...csiNodes.all()].flatMap((csiNode) => {
      const node = nodes.get(csiNode.metadata.name)
      const segment = node === undefined ? undefined : segmentOf(driver.driver, csiNode, node)
      return segment === undefined ? [] : [segment]
    })
    return [...new Map(found.map((segment) => [textOf(segment), segment])).values()]
  }
  const publish = async (segment: Segment, storageClass: StorageClass, old: StorageCapacity | undefined): Promise<void> => {
    const answer = await sidecar.client.call('/csi.v1.Controller/GetCapacity', { parameters: storageClass.parameters ?? {}, accessibleTopology: { segments: segment }, volumeCapabilities: [] }, sidecar.timeoutMs)
    const values = valuesOf(answer)
    if (old === undefined) {
      const metadata = { name: `csisc-${sidecar.context.effects.random.suffix(5)}`, namespace, labels, ownerReferences: ownerOf(sidecar, namespace) }
      api.create('csistoragecapacities.storage.k8s.io', { apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', metadata, ...{ storageClassName: storageClass.metadata.name, nodeTopology: { matchLabels: segment }, ...values } })
    } else if (!sameJson({ capacity: old.capacity, maximumVolumeSize: old.maximumVolumeSize }, values)) {
      api.update('csistoragecapacities.storage.k8s.io', { ...old, ...values })
    }
  }
  for (const each of [classes, csiNodes, nodes]) each.onChange(({ type }) => type !== 'MODIFIED' && work.add('all'))
  csiNodes.onChange(() => work.add('all'))
  let cancel = clock.after(0, function poll() {
    work.add('all')
    cancel = clock.after(flags.duration('capacity-poll-interval', 60_000), poll)
  })
  onEnd(() => {
    cancel()
    for (const each of [classes, csiNodes, nodes]) each.stop()
  })
  return () => work.add('all')
}

function isFor(capacity: StorageCapacity, segment: Segment, storageClass: StorageClass): boolean {
  return capacity.storageClassName === storageClass.metadata.name && sameJson(capacity.nodeTopology?.matchLabels, segment)
}

function valuesOf(answer: GetCapacityResponse): { capacity: string; maximumVolumeSize?: string } {
  const capacity = Size.bytes(answer.availableCapacity).toString()
  return answer.maximumVolumeSize === undefined ? { capacity } : { capacity, maximumVolumeSize: Size.bytes(answer.maximumVolumeSize).toString() }
}

const ownerResources: Readonly<Record<string, string>> = { ReplicaSet: 'replicasets.apps', Deployment: 'deployments.apps', DaemonSet: 'daemonsets.apps', StatefulSet: 'statefulsets.apps' }

/** `--capacity-ownerref-level`: 0 is the pod itself, 1 what controls it, 2 what controls that. */
function ownerOf(sidecar: Sidecar, namespace: string): readonly OwnerReference[] {
  let object = sidecar.api.get<KubeObject>('pods', sidecar.context.env['POD_NAME'] ?? sidecar.context.pod, namespace)
  for (let level = sidecar.flags.count('capacity-ownerref-level', 1); level > 0 && object !== undefined; level -= 1) {
    const owner = controllerOf(object)
    const resource = ownerResources[owner?.kind ?? '']
    const next = owner === undefined || resource === undefined ? undefined : sidecar.api.get<KubeObject>(resource, owner.name, namespace)
    if (next === undefined) break
    object = next
  }
  if (object === undefined) return []
  const { apiVersion, kind, metadata } = object
  return [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }]
}
