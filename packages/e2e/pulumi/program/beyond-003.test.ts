import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import * as pulumi from '@pulumi/pulumi'
import { corrected } from './corrected-003'
import { kubernetes, run, type Registered, type Run } from './harness'
import { StorageModule, type StorageModuleArgs } from './modules/storage'

const { backupStrategy, cephCluster, storageClasses } = corrected()
ok(backupStrategy && cephCluster && storageClasses)

async function registeredBy(more: Partial<StorageModuleArgs>): Promise<Run> {
  const seen = await run(() => void new StorageModule('cluster-storage', { ...corrected(), ...more }))
  equal(seen.error, undefined)
  return seen
}

function one(seen: Run, part: string): Registered {
  const found = kubernetes(seen).find(({ name }) => name.includes(part))
  ok(found, part)
  return found
}

const onTwoHosts = { ...cephCluster, storage: { nodes: [{ name: 'worker-1', devices: [{ name: '/dev/disk/by-id/ata-a' }] }, { name: 'worker-2', devices: [{ name: '/dev/disk/by-id/ata-b' }] }] } }

test('schedules, which 003 has no field for, stand beside its own', async () => {
  const seen = await registeredBy({ backupStrategy: { ...backupStrategy, schedules: { nightly: { schedule: '0 3 * * *', ttl: '240h' } } } })
  const { spec } = one(seen, 'velero.io/Schedule/velero/nightly').inputs as { spec: { schedule: string; template: { snapshotMoveData: boolean } } }
  deepEqual([spec.schedule, spec.template.snapshotMoveData], ['0 3 * * *', true])
})

test('and so do network, placement and other words of the CephCluster', async () => {
  const seen = await registeredBy({ cephCluster: { ...cephCluster, network: { encryption: false, provider: 'host' }, toolbox: true } })
  match(JSON.stringify(one(seen, 'ceph.rook.io/CephCluster').inputs), /"provider":"host"/)
})

test('the password of the repositories may be brought by the program: then nothing is looked at', async () => {
  const secrets = { 'velero/velero-repo-credentials': { 'repository-password': pulumi.secret('canary-1618') } }
  const seen = await registeredBy({ secrets })
  equal(kubernetes(seen).some(({ id }) => id !== undefined), false)
  const { name } = one(seen, ':Secret/velero/velero-repo-credentials')
  ok(one(seen, 'helm/velero/velero').dependsOn.includes(name))
  equal(kubernetes(seen).filter(({ inputs }) => JSON.stringify(inputs).includes('canary-1618')).length, 1)
})

test('facts settle what is not known', async () => {
  const facts = { nodes: { 'worker-1': { devices: { 'ata-a': { rotational: true } } } } }
  const said = async (more: Partial<StorageModuleArgs>) => (await run(() => void new StorageModule('cluster-storage', { ...corrected(), cephCluster: onTwoHosts, ...more }))).warnings.join('\n')
  match(await said({}), /cephCluster\.monitorCount: three monitors need three nodes/)
  const withFacts = await said({ facts: { ...facts, cluster: { schedulableNodes: 3 } } })
  equal(/three monitors need three nodes/.test(withFacts), false)
})

test('a refusal that is accepted, with a reason and an end, is none until then', async () => {
  const twoHosts = { ...cephCluster, storage: { nodes: cephCluster.storage.nodes?.slice(0, 2) ?? [] } }
  const args: StorageModuleArgs = { ...corrected(), cephCluster: twoHosts, feasibility: 'enforce' }
  const refused = await run(() => void new StorageModule('cluster-storage', args))
  deepEqual(refused.resources, [])
  const named = [...String(refused.error).matchAll(/\[([\w-]+), ([^\]]+)\]$/gm)].map(([, check = '', object = '']) => ({ check, object, reason: 'the third host comes in January', until: '2027-01-31' }))
  equal(named.length > 1, true)
  const accepted = await run(() => void new StorageModule('cluster-storage', { ...args, accept: named, today: '2027-01-31' }))
  equal(accepted.error, undefined)
  match(accepted.warnings.join('\n'), /the third host comes in January/)
  const timeless = await run(() => void new StorageModule('cluster-storage', { ...args, accept: named }))
  match(timeless.warnings.join('\n'), /^accept: no acceptance ends, because the day is not known here; add the day to the arguments/m)
  const ended = await run(() => void new StorageModule('cluster-storage', { ...args, accept: named, today: '2027-02-01' }))
  ok(pulumi.RunError.isInstance(ended.error))
  deepEqual(ended.resources, [])
})

test('what is waited for is waited for, unless it is switched off', async () => {
  const waitOf = (seen: Run) => (one(seen, 'ceph.rook.io/CephCluster').inputs['metadata'] as { annotations?: Record<string, string> }).annotations?.['pulumi.com/waitFor']
  equal(waitOf(await registeredBy({})), 'jsonpath={.status.phase}=Ready')
  equal(waitOf(await registeredBy({ wait: false })), undefined)
  deepEqual(one(await registeredBy({}), 'ceph.rook.io/CephCluster').options.customTimeouts, { create: '30m', update: '30m' })
})

test('a release is imported like any object', async () => {
  const seen = await registeredBy({ import: { 'helm/rook-ceph': 'storage-system/rook-ceph', Namespace: 'storage-system' } })
  equal(one(seen, ':helm/rook-ceph').options.import, 'storage-system/rook-ceph')
  equal(kubernetes(seen).find(({ name }) => name === 'cluster-storage:Namespace')?.options.import, 'storage-system')
})

test('two modules in one program have names of their own', async () => {
  const seen = await run(() => {
    const first = new StorageModule('blue', corrected())
    const second = new StorageModule('green', { ...corrected(), namespace: 'green-storage' })
    return { first: first.classNames, second: second.classNames }
  })
  equal(seen.error, undefined)
  const names = kubernetes(seen).map(({ type, name }) => `${type} ${name}`)
  equal(new Set(names).size, names.length)
})
