/** The operators as pods: Helm installs them, kubelets start them, and when their pods go nobody acts any more. */
import { expect, test } from 'vitest'
import { createHelm } from '../../src/helm/helm.ts'
import type { KubeObject } from '../../src/kubernetes/api/api.ts'
import { labCluster } from '../../src/kubernetes/operators/lab-cluster.ts'
import { startCluster } from './cluster.ts'

type WithPhase = KubeObject & { readonly status?: { readonly phase?: string } }

test('Rook from its charts: the operator acts while its pod runs, and no longer', async () => {
  const cluster = startCluster({ withoutDriver: true })
  const { api, world } = cluster
  const { clock, files } = world.process('cli').effects
  const helm = createHelm({ api: labCluster(api.as('helm')), clock, files })
  const run = async (chart: string, ...more: readonly string[]): Promise<string> =>
    (await helm({ args: ['upgrade', '--install', chart, chart, '--repo', 'https://charts.rook.io/release', '--version', 'v1.20.6', '--namespace', 'rook-ceph', '--create-namespace', '--wait', '--timeout', '120s', ...more] })).stderr
  const phase = (resource: string, name: string): string | undefined => api.get<WithPhase>(resource, name, 'rook-ceph')?.status?.phase
  const merge = 'application/merge-patch+json'
  await cluster.until('three nodes', () => api.list('nodes').length === 3)
  await world.run(async () => {
    await files.makeDirectory('/tmp', 0o700)
    const storage = { nodes: cluster.nodes.map((name) => ({ name, devices: [{ name: 'sdb' }] })) }
    await files.writeAtomic('/tmp/values.json', JSON.stringify({ cephClusterSpec: { storage }, cephFileSystems: [], cephBlockPools: [] }), 0o600)
    expect(await run('rook-ceph')).toBe('')
    expect(await run('rook-ceph-cluster', '--values', '/tmp/values.json')).toBe('')
  })
  await cluster.until('the cluster is Ready', () => phase('cephclusters.ceph.rook.io', 'rook-ceph') === 'Ready')
  api.patch('deployments.apps', 'rook-ceph-operator', 'rook-ceph', merge, { spec: { replicas: 0 } })
  await cluster.until('the operator is gone', () => api.list('pods', { namespace: 'rook-ceph' }).length === 0)
  const pool = { apiVersion: 'ceph.rook.io/v1', kind: 'CephBlockPool', metadata: { name: 'late', namespace: 'rook-ceph' }, spec: { replicated: { size: 3 } } }
  api.create('cephblockpools.ceph.rook.io', pool)
  await world.run(() => clock.sleep(60_000))
  expect(phase('cephblockpools.ceph.rook.io', 'late')).toBeUndefined()
  api.patch('deployments.apps', 'rook-ceph-operator', 'rook-ceph', merge, { spec: { replicas: 1 } })
  await cluster.until('the pool is Ready', () => phase('cephblockpools.ceph.rook.io', 'late') === 'Ready')
})
