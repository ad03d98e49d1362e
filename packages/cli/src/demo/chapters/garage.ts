import type { KubernetesObject } from '@stowage/kubernetes'
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.d.ts'
import type { StatefulSet } from 'kubernetes-types/apps/v1.d.ts'
import type { DemoWorld } from '../demo-world.ts'
import { eventually, must } from '../demo-world.ts'
import { exec } from '../look.ts'
import { createAll } from './test-pod.ts'

/** Document 004's StatefulSet with three replicas and two claims each. */
export async function garage(world: DemoWorld): Promise<void> {
  world.narrator.chapter('2. the garage StatefulSet of document 004: three replicas, six claims')
  await garageOn(world, 'hostpath', 'garage')
  await garageOn(world, 'proxmox-csi', 'garage-proxmox')
}

async function garageOn(world: DemoWorld, storageClassName: string, namespace: string): Promise<void> {
  const { client, narrator } = world
  const objects = await world.example('seeds/completed/004/09-hostpath.yaml')
  await createAll(world, objects.map((object) => onClass(object, storageClassName, namespace)), namespace)
  await eventually(world, `StatefulSet ${namespace}/garage has 3 ready replicas`, async () => {
    const { status } = await client.get<StatefulSet>({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'garage' })
    return status?.readyReplicas === 3 || undefined
  }, 60_000)
  const { items } = await client.list<PersistentVolumeClaim>({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, { namespace })
  const bound = items.filter(({ status }) => status?.phase === 'Bound').map(({ metadata }) => metadata?.name ?? '')
  must(bound.length === 6, `six claims are Bound in ${namespace} (there are ${bound.length})`)
  narrator.seen(`class ${storageClassName}: garage-0..2 are ready; Bound: ${bound.toSorted().join(', ')}`)
  const table = await exec(world, namespace, 'garage-0', 'df', '-h')
  must(/\/data$/m.test(table) && /\/meta$/m.test(table), 'df -h in garage-0 shows /data and /meta')
  narrator.done(`class ${storageClassName}: df -h in garage-0 shows /data and /meta`)
}

/** The documents' manifest, for another class and namespace. */
function onClass(object: KubernetesObject, storageClassName: string, namespace: string): KubernetesObject {
  if (object.kind === 'Namespace') return { ...object, metadata: { name: namespace } }
  const moved: KubernetesObject = { ...object, metadata: { ...object.metadata, namespace } }
  if (object.kind !== 'StatefulSet') return moved
  const { spec } = object as StatefulSet
  const volumeClaimTemplates = spec?.volumeClaimTemplates?.map((template) => ({ ...template, spec: { ...template.spec, storageClassName } }))
  return { ...moved, spec: { ...spec, volumeClaimTemplates } } as KubernetesObject
}
