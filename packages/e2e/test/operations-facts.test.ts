/** Facts of a living cluster, and the gate that they open or close before a Ceph cluster is first made. */
import { StorageError } from '@stowage/core'
import { planStorage, readFacts, readValue } from '@stowage/module'
import { printFacts } from '@stowage/module/facts/print-facts'
import { acceptUnknownStep, applyPlan, gatherFacts } from '@stowage/operations'
import { rookCrds } from '@stowage/wire/crds/rook'
import { expect, test } from 'vitest'
import { onStage } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const pools = { images: { replicated: { size: 3 }, deviceClass: 'hdd' } }
const nodes = ['w1', 'w2', 'w3'].map((name) => ({ name, devices: [{ name: '/dev/disk/by-id/wwn-1' }] }))
const declaration = { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'homelab' }, spec: { namespace, backends: { ceph: { rookCeph: { storage: { nodes }, blockPools: pools } } }, classes: {} } }

function cluster({ store }: OperationsStage, rotational: readonly (boolean | undefined)[]): void {
  const api = store.client('kubelet')
  api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  for (const [index, turning] of rotational.entries()) {
    const name = `w${index + 1}`
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } }, spec: {}, status: { allocatable: { memory: '15Gi', cpu: '4' }, nodeInfo: { kernelVersion: '6.8.0' } } }
    api.create('nodes', node)
    if (turning === undefined) continue
    const devices = JSON.stringify([{ name: 'sdb', devLinks: '/dev/disk/by-id/wwn-1', rotational: turning, type: 'disk', filesystem: '', size: 4e12 }])
    const written = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `local-device-${name}`, namespace, labels: { app: 'rook-discover', 'rook.io/node': name } }, data: { devices } }
    api.create('configmaps', written)
  }
}

function defineRook({ store }: OperationsStage): void {
  for (const definition of rookCrds) store.client('installer').create('customresourcedefinitions.apiextensions.k8s.io', JSON.parse(JSON.stringify(definition)))
}

async function read({ client }: OperationsStage) {
  const { facts, notes } = await gatherFacts(client, { namespace })
  return { notes, facts, ...readValue(declaration, { facts }) }
}

test('discovered disks settle what the declaration leaves open', () =>
  onStage(async (stage) => {
    cluster(stage, [true, true, true])
    expect(readValue(declaration).findings.filter(({ verdict }) => verdict === 'unknown').map(({ rule }) => rule)).toContain('pool-class-needs-more-hosts')
    const { spec, findings, notes } = await read(stage)
    expect(notes).toEqual([])
    expect(spec).toBeDefined()
    expect(findings.filter(({ verdict }) => verdict !== undefined && verdict !== 'violated')).toEqual([])
  }))

test('and a disk that is none of the class makes it a refusal', () =>
  onStage(async (stage) => {
    cluster(stage, [true, true, false])
    const { spec, findings } = await read(stage)
    expect(spec).toBeUndefined()
    expect(findings.find(({ severity }) => severity === 'error')).toMatchObject({ rule: 'pool-class-needs-more-hosts', verdict: 'violated', message: expect.stringContaining('only two hosts have hdd (w1 and w2)') })
  }))

test('what was gathered is written and read back the same', () =>
  onStage(async (stage) => {
    cluster(stage, [true, undefined, false])
    const { facts } = await read(stage)
    expect(facts.length).toBeGreaterThan(30)
    expect(readFacts([{ file: 'facts.yaml', text: printFacts(facts) }])).toEqual({ facts, findings: [], unparsable: false })
  }))

test('a cluster without the discovery daemon says so, and a Proxmox that cannot be reached leaves its disks unknown', () =>
  onStage(async (stage) => {
    cluster(stage, [undefined])
    const down = { name: 'pve', region: 'pve', client: { vms: () => Promise.reject(new StorageError('unavailable', 'https://pve:8006 does not answer')), vmConfig: () => Promise.reject(new Error('not asked')) } }
    const { notes, facts } = await gatherFacts(stage.client, { namespace, proxmox: [down] })
    expect(notes).toEqual([expect.stringContaining('discovery daemon has written nothing in storage-system'), 'the VMs of Proxmox pve could not be asked for: https://pve:8006 does not answer'])
    expect(facts.some(({ object }) => object === 'node/w1')).toBe(true)
    expect(facts.some(({ object }) => object.startsWith('device/'))).toBe(false)
  }))

test('a Ceph cluster is not first made while its pools may never be whole; accepted by name it is, and once it is there nobody asks again', () =>
  onStage(async (stage) => {
    const { client } = stage
    cluster(stage, [true, true, undefined])
    defineRook(stage)
    const { spec, findings } = await read(stage)
    if (spec === undefined) throw new Error('the declaration should be sound')
    const { helmReleases: _charts, ...plan } = planStorage(spec)
    const run = (accepted: readonly string[]) => {
      const gate = acceptUnknownStep({ client, objects: plan.objects, findings, accepted })
      return applyPlan({ ...plan, needs: [] }, { client, wait: false, gates: gate === undefined ? [] : [gate] })
    }
    const refused = await run([])
    expect(refused.outcomes.at(-1)).toMatchObject({ step: 'facts', state: 'blocked', message: expect.stringMatching(/whether so many have it is not known.*--accept-unknown pool-class-needs-more-hosts --accept-unknown device-class-unknown/s) })
    const cephCluster = { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', namespace, name: 'ceph' }
    expect(await client.find(cephCluster)).toBeUndefined()
    expect((await run(['pool-class-needs-more-hosts'])).ok).toBe(false)
    expect(await run(['pool-class-needs-more-hosts', 'device-class-unknown'])).toMatchObject({ ok: true })
    expect(await client.find(cephCluster)).toBeDefined()
    expect(await run([])).toMatchObject({ ok: true, changed: [] })
  }))

test('a Ceph cluster that the chart makes is asked about as one that is an object', () =>
  onStage(async (stage) => {
    const { client } = stage
    defineRook(stage)
    const helmReleases = [{ id: 'helm/storage-system/rook-ceph-cluster', phase: 'cluster', name: 'rook-ceph-cluster', namespace, chart: { name: 'rook-ceph-cluster', repository: 'r', version: 'v1.20.6' }, values: { clusterName: 'ceph' }, reason: '', dependsOn: [], holdsData: true, losing: '', crds: [] }] as const
    const findings = [{ rule: 'mons-need-more-nodes', severity: 'warning', verdict: 'unknown', object: 'cluster/ceph', path: [], message: 'how many nodes there are is not known' }] as const
    const look = (): Promise<unknown> | undefined => acceptUnknownStep({ client, objects: [], helmReleases, findings, accepted: [] })?.look(new AbortController().signal)
    expect(await look()).toMatchObject({ state: 'blocked', message: expect.stringContaining('--accept-unknown mons-need-more-nodes') })
    const there = { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name: 'ceph', namespace }, spec: {} }
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }).catch(() => undefined)
    await client.create(there)
    expect(await look()).toMatchObject({ state: 'done' })
  }))

test('a snapshot controller that is there already is seen, and none is installed beside it; our own is not taken for another’s', () =>
  onStage(async (stage) => {
    const withSnapshots = { ...declaration, spec: { ...declaration.spec, snapshots: { controller: 'auto' } } }
    const installed = async (): Promise<boolean> => {
      const { facts } = await gatherFacts(stage.client, { namespace })
      const { spec } = readValue(withSnapshots, { facts, proofs: 'warn' })
      if (spec === undefined) throw new Error('refused')
      return planStorage(spec).objects.some(({ object }) => object.kind === 'Deployment' && object.metadata.name === 'snapshot-controller')
    }
    cluster(stage, [true, true, true])
    expect(await installed()).toBe(true)
    const api = stage.store.client('somebody')
    const deployment = (name: string, image: string, labels: object): object => ({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'kube-system', labels },
      spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'one', image }] } } },
    })
    api.create('deployments.apps', JSON.parse(JSON.stringify(deployment('ours', 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0', { 'app.kubernetes.io/managed-by': 'stowage' }))))
    expect(await installed()).toBe(true)
    api.create('deployments.apps', JSON.parse(JSON.stringify(deployment('rke2-snapshot-controller', 'rancher/hardened-snapshot-controller:v8', {}))))
    expect(await installed()).toBe(false)
  }))
