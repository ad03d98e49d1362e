import { expect, test } from 'vitest'
import type { Claim, DaemonSet, Deployment, Pod, ReplicaSet, StatefulSet } from '../../src/kubernetes/controllers/objects.ts'
import { isPodReady } from '../../src/kubernetes/controllers/objects.ts'
import { create, eventsOf, startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'

const template = (image: string, more: object = {}): object => ({
  metadata: { labels: { app: 'web' } },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image, command: ['sleep', 'infinity'] }], ...more },
})

function podsOf({ api }: TestCluster, label = 'app=web'): readonly Pod[] {
  return api.list<Pod>('pods', { namespace: 'default', labelSelector: label })
}

const patch = (cluster: TestCluster, resource: string, name: string, body: object): unknown => cluster.api.patch(resource, name, 'default', 'application/merge-patch+json', body)

function statefulSet(replicas: number, more: object = {}): Parameters<typeof create>[1] {
  return {
    apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'web', namespace: 'default' },
    spec: {
      serviceName: 'web', replicas, selector: { matchLabels: { app: 'web' } }, template: template('busybox:1'),
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } } }],
      ...more,
    },
  }
}

test('a stateful set is made in order, each pod with its claim, and scaled down from the end while the claims stay', async () => {
  const cluster = startCluster()
  create(cluster.api, statefulSet(3))
  const order: string[] = []
  cluster.api.watch<Pod>('pods', { namespace: 'default' }, ({ type, object }) => type !== 'DELETED' && isPodReady(object) && !order.includes(object.metadata.name) && order.push(object.metadata.name))
  await cluster.until('three ready', () => cluster.api.get<StatefulSet>('statefulsets.apps', 'web', 'default')?.status?.readyReplicas === 3)
  expect(order).toEqual(['web-0', 'web-1', 'web-2'])
  patch(cluster, 'statefulsets.apps', 'web', { spec: { replicas: 1 } })
  await cluster.until('one left', () => podsOf(cluster).length === 1)
  expect(podsOf(cluster)[0]?.metadata.name).toBe('web-0')
  expect(cluster.api.list<Claim>('persistentvolumeclaims').map(({ metadata }) => metadata.name).sort()).toEqual(['data-web-0', 'data-web-1', 'data-web-2'])
  expect(eventsOf(cluster.api, 'StatefulSet', 'web')).toContain('SuccessfulCreate: Create Claim data-web-0 Pod web-0 in StatefulSet web success')
})

test('a stateful set rolls its pods from the last to the first, and each finds its disk again', async () => {
  const cluster = startCluster()
  create(cluster.api, statefulSet(2, { podManagementPolicy: 'Parallel' }))
  await cluster.until('two ready', () => cluster.api.get<StatefulSet>('statefulsets.apps', 'web', 'default')?.status?.readyReplicas === 2)
  const disks = [...cluster.backend.disks.keys()].sort()
  patch(cluster, 'statefulsets.apps', 'web', { spec: { template: { metadata: { labels: { app: 'web', version: '2' } } } } })
  await cluster.until('rolled', () => {
    const status = cluster.api.get<StatefulSet>('statefulsets.apps', 'web', 'default')?.status
    return status?.currentRevision === status?.updateRevision && status?.updatedReplicas === 2 && podsOf(cluster, 'version=2').filter(isPodReady).length === 2
  })
  expect([...cluster.backend.disks.keys()].sort()).toEqual(disks)
})

test('a deployment rolls to a new template without ever having fewer than its minimum, and keeps the old replica set', async () => {
  const cluster = startCluster()
  create(cluster.api, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: template('busybox:1') } })
  await cluster.until('four available', () => cluster.api.get<Deployment>('deployments.apps', 'web', 'default')?.status?.availableReplicas === 4)
  let fewest = 4
  cluster.api.watch<Deployment>('deployments.apps', {}, ({ object }) => (fewest = Math.min(fewest, object.status?.availableReplicas ?? 0)))
  patch(cluster, 'deployments.apps', 'web', { spec: { template: { metadata: { labels: { app: 'web', version: '2' } } } } })
  await cluster.until('rolled', () => {
    const { status, metadata } = cluster.api.get<Deployment>('deployments.apps', 'web', 'default')!
    return status?.observedGeneration === metadata.generation && status?.updatedReplicas === 4 && status.replicas === 4 && status.availableReplicas === 4
  })
  expect(fewest).toBeGreaterThanOrEqual(3)
  const sets = cluster.api.list<ReplicaSet>('replicasets.apps').map(({ metadata, spec }) => [metadata.annotations?.['deployment.kubernetes.io/revision'], spec.replicas])
  expect(sets.toSorted()).toEqual([['1', 0], ['2', 4]])
  expect(cluster.api.get<Deployment>('deployments.apps', 'web', 'default')?.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason).toBe('NewReplicaSetAvailable')
})

test('Recreate ends every old pod before it starts a new one', async () => {
  const cluster = startCluster()
  create(cluster.api, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 2, strategy: { type: 'Recreate' }, selector: { matchLabels: { app: 'web' } }, template: template('busybox:1') } })
  await cluster.until('two available', () => cluster.api.get<Deployment>('deployments.apps', 'web', 'default')?.status?.availableReplicas === 2)
  let mixed = false
  cluster.api.watch<Pod>('pods', { namespace: 'default' }, () => {
    const pods = podsOf(cluster)
    mixed ||= pods.some(({ metadata }) => metadata.labels?.['version'] === '2') && pods.some(({ metadata }) => metadata.labels?.['version'] === undefined)
  })
  patch(cluster, 'deployments.apps', 'web', { spec: { template: { metadata: { labels: { app: 'web', version: '2' } } } } })
  await cluster.until('recreated', () => podsOf(cluster, 'version=2').filter(isPodReady).length === 2)
  expect(mixed).toBe(false)
})

test('a daemon set runs on every node that it tolerates, and on a new one when it comes', async () => {
  const cluster = startCluster()
  const node = cluster.api.get('nodes', 'n3')!
  cluster.api.update('nodes', { ...node, ...{ spec: { taints: [{ key: 'dedicated', value: 'x', effect: 'NoSchedule' }] } } })
  create(cluster.api, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'web' } }, template: template('busybox:1') } })
  await cluster.until('two ready', () => cluster.api.get<DaemonSet>('daemonsets.apps', 'agent', 'default')?.status?.numberReady === 2)
  expect(podsOf(cluster).map(({ spec }) => spec.nodeName).sort()).toEqual(['n1', 'n2'])
  cluster.api.patch('nodes', 'n3', undefined, 'application/merge-patch+json', { spec: { taints: null } })
  await cluster.until('three ready', () => cluster.api.get<DaemonSet>('daemonsets.apps', 'agent', 'default')?.status?.numberReady === 3)
})

test('what a deleted deployment owned goes with it, and stays when it is orphaned', async () => {
  const cluster = startCluster()
  const deployment = (name: string): Parameters<typeof create>[1] => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('busybox:1') } })
  create(cluster.api, deployment('web'))
  await cluster.until('available', () => cluster.api.get<Deployment>('deployments.apps', 'web', 'default')?.status?.availableReplicas === 1)
  cluster.api.delete('deployments.apps', 'web', 'default', { propagationPolicy: 'Orphan' })
  await cluster.until('gone', () => cluster.api.get('deployments.apps', 'web', 'default') === undefined)
  expect(podsOf(cluster).length).toBe(1)
  expect(cluster.api.list<ReplicaSet>('replicasets.apps').map(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([[]])
  cluster.api.delete('replicasets.apps', cluster.api.list('replicasets.apps')[0]!.metadata.name, 'default', { propagationPolicy: 'Foreground' })
  await cluster.until('all gone', () => podsOf(cluster).length === 0 && cluster.api.list('replicasets.apps').length === 0)
})

test('a deleted namespace is emptied, volumes included, and then goes', async () => {
  const cluster = startCluster()
  create(cluster.api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  create(cluster.api, { ...statefulSet(2), metadata: { name: 'web', namespace: 'team' } })
  await cluster.until('two ready', () => cluster.api.get<StatefulSet>('statefulsets.apps', 'web', 'team')?.status?.readyReplicas === 2)
  cluster.api.delete('namespaces', 'team')
  await cluster.until('gone', () => cluster.api.get('namespaces', 'team') === undefined, 120_000)
  expect(cluster.api.list('persistentvolumeclaims')).toEqual([])
  await cluster.until('disks gone', () => cluster.backend.disks.size === 0)
})

test('no controller stumbles over its own objects while all of this happens', async () => {
  const cluster = startCluster()
  create(cluster.api, statefulSet(2))
  await cluster.until('two ready', () => cluster.api.get<StatefulSet>('statefulsets.apps', 'web', 'default')?.status?.readyReplicas === 2)
  expect(cluster.logs.filter(({ level }) => level === 'warn' || level === 'error').map(({ message, fields }) => [message, fields])).toEqual([])
})

test('a deployment that does not get on says so after its deadline, and that it does when it does', async () => {
  const cluster = startCluster()
  const held = { nodeSelector: { nowhere: 'yes' } }
  create(cluster.api, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { replicas: 1, progressDeadlineSeconds: 20, selector: { matchLabels: { app: 'web' } }, template: template('busybox:1', held) } })
  const progressing = (): string | undefined => cluster.api.get<Deployment>('deployments.apps', 'web', 'default')?.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason
  await cluster.until('overdue', () => progressing() === 'ProgressDeadlineExceeded')
  cluster.api.patch('nodes', 'n2', undefined, 'application/merge-patch+json', { metadata: { labels: { nowhere: 'yes' } } })
  await cluster.until('available', () => progressing() === 'NewReplicaSetAvailable')
})
