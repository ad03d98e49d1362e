import { expect, test } from 'vitest'
import type { StatefulSet } from '../../src/kubernetes/controllers/objects.ts'
import { create, startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'

const seeds = Array.from({ length: Number(process.env['TROUBLE_SEEDS'] ?? 12) }, (_, index) => index + Number(process.env['TROUBLE_FROM'] ?? 1))

function ready({ api }: TestCluster): number {
  return api.get<StatefulSet>('statefulsets.apps', 'db', 'default')?.status?.readyReplicas ?? 0
}

/** Kills and losses at random moments, each followed by what an administrator or systemd would do. */
async function makeTrouble(cluster: TestCluster): Promise<void> {
  const random = cluster.world.random('trouble')
  const { clock } = cluster.world.process('trouble').effects
  for (let count = 0; count < 12; count += 1) {
    await clock.sleep(random.integer(4_000))
    const node = random.pick(cluster.nodes)
    const kind = random.integer(5)
    if (kind === 0) {
      cluster.killKubelet(node)
      await clock.sleep(random.integer(3_000))
      cluster.startKubelet(node)
    } else if (kind === 1) {
      const { runtime } = cluster.kubelet(node)
      const container = runtime.containers().filter(({ exitCode }) => exitCode === undefined)
      if (container.length > 0) runtime.kill(random.pick(container).id)
    } else if (kind === 2) {
      const pod = `db-${random.integer(3)}`
      if (cluster.api.get('pods', pod, 'default') !== undefined) cluster.api.delete('pods', pod, 'default')
    } else if (kind === 3) {
      cluster.api.patch('nodes', node, undefined, 'application/merge-patch+json', { spec: { unschedulable: true } })
      await clock.sleep(random.integer(2_000))
      cluster.api.patch('nodes', node, undefined, 'application/merge-patch+json', { spec: { unschedulable: null } })
    }
  }
}

test.each(seeds)('seed %i: whatever is killed or lost, no disk is in two places, and all runs in the end', async (seed) => {
  const cluster = startCluster({ seed, zones: { n1: 'a', n2: 'a', n3: 'a' } })
  const chance = cluster.world.random('losses')
  let troubled = true
  const inTwoPlaces: string[] = []
  cluster.world.faults.rpc = ({ method }) => {
    for (const { id, staged } of cluster.backend.disks.values()) if (staged.size > 1) inTwoPlaces.push(`${id}: ${[...staged].join(', ')}`)
    if (!troubled || !method.startsWith('/csi.v1') || method.includes('Identity') || chance.next() > 0.1) return 'deliver'
    return chance.pick(['lose-answer', 'lose-request', 'refuse'])
  }
  create(cluster.api, {
    apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'default' },
    spec: {
      serviceName: 'db', replicas: 3, podManagementPolicy: 'Parallel', selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'busybox', command: ['sleep'] }] } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } } }],
    },
  })
  await cluster.world.run(() => makeTrouble(cluster))
  troubled = false
  await cluster.until('all run again', () => ready(cluster) === 3, 900_000)
  expect(inTwoPlaces).toEqual([])
  expect(cluster.backend.disks.size).toBe(3)
  expect(cluster.logs.filter(({ fields }) => 'stack' in fields)).toEqual([])
  cluster.api.delete('statefulsets.apps', 'db', 'default')
  for (const ordinal of [0, 1, 2]) cluster.api.delete('persistentvolumeclaims', `data-db-${ordinal}`, 'default')
  await cluster.until('nothing is left behind', () => cluster.backend.disks.size === 0 && cluster.api.list('persistentvolumes').length === 0 && cluster.api.list('volumeattachments.storage.k8s.io').length === 0, 900_000)
})
