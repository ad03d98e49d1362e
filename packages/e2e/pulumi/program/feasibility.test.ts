import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import * as pulumi from '@pulumi/pulumi'
import { corrected } from './corrected-003'
import { kubernetes, run } from './harness'
import { StorageModule, type StorageModuleArgs } from './modules/storage'

/** Document 003's example: two hosts, one with nvme. */
function asItStands(): StorageModuleArgs {
  const args = corrected()
  const nodes = [
    { name: 'worker-1', devices: [{ name: '/dev/nvme0n1' }, { name: '/dev/nvme1n1' }] },
    { name: 'worker-2', devices: [{ name: '/dev/sdb' }, { name: '/dev/sdc' }] },
  ]
  return { ...args, cephCluster: { ...args.cephCluster, storage: { useAllNodes: false, nodes } } }
}

test('enforced, document 003’s example is one RunError that names every proof, and nothing is registered', async () => {
  const seen = await run(() => void new StorageModule('cluster-storage', { ...asItStands(), feasibility: 'enforce' }))
  deepEqual(seen.resources, [])
  ok(pulumi.RunError.isInstance(seen.error))
  const said = String(seen.error)
  match(said, /StorageModule "cluster-storage" is refused, and nothing of it is registered: 3 faults/)
  match(said, /dataPools\[0\]\.failureDomain: /)
  match(said, /metadataPool\.deviceClass: /)
  match(said, /dataPools\[0\]\.deviceClass: /)
})

test('with the first of the smallest edits made, the arguments are accepted when enforced', async () => {
  const args = asItStands()
  const [sharedFs] = args.storageClasses ?? []
  const nodes = args.cephCluster?.storage.nodes ?? []
  ok(sharedFs)
  const refused = await run(() => void new StorageModule('cluster-storage', { ...args, feasibility: 'enforce' }))
  match(String(refused.error), /1\. add host worker-3 with a device of any class; remove deviceClass from pool/)
  const edited: StorageModuleArgs = {
    ...args,
    feasibility: 'enforce',
    cephCluster: { ...args.cephCluster, storage: { nodes: [...nodes, { name: 'worker-3', devices: [{ name: '/dev/sdb' }] }] } },
    storageClasses: [{ ...sharedFs, filesystem: { ...sharedFs.filesystem, metadataPool: { name: 'shared-fs-metadata', replication: { size: 3 } }, dataPools: [{ name: 'shared-fs-data', failureDomain: 'host', replication: { size: 3 } }] } }],
  }
  const seen = await run(() => void new StorageModule('cluster-storage', edited))
  equal(seen.error, undefined)
  ok(kubernetes(seen).length > 20)
})

test('corrected, it is silent, and enforced all the same', async () => {
  const seen = await run(() => void new StorageModule('cluster-storage', { ...corrected(), feasibility: 'enforce' }))
  equal(seen.error, undefined)
  deepEqual(seen.warnings, [])
  ok(kubernetes(seen).length > 20)
})

test('what is wrong in other ways is refused without being asked, each by its path in the arguments', async () => {
  const args = corrected()
  Object.assign(args.storageClasses?.[0]?.filesystem.dataPools[0] ?? {}, { replicaton: { size: 3 }, failureDomain: 'hosst' })
  Object.assign(args.storageClasses?.[0]?.filesystem.metadataPool.replication ?? {}, { size: 0 })
  Object.assign(args.cephCluster ?? {}, { monitorCount: '3', cephImag: 'x' })
  Object.assign(args, { backupImplementation: 'restic', feasibility: 'maybe' })
  const seen = await run(() => void new StorageModule('cluster-storage', args))
  deepEqual(seen.resources, [])
  const said = String(seen.error)
  match(said, /storageClasses\[0\]\.filesystem\.dataPools\[0\]\.replicaton: .*did you mean "replication"/)
  match(said, /storageClasses\[0\]\.filesystem\.dataPools\[0\]\.failureDomain: .*did you mean "host"/)
  match(said, /storageClasses\[0\]\.filesystem\.metadataPool\.replication\.size: /)
  match(said, /cephCluster\.monitorCount: /)
  match(said, /cephCluster\.cephImag: .*did you mean "cephImage"/)
  match(said, /backupImplementation: .*"velero"/)
  match(said, /feasibility: .*"warn" or "enforce"/)
})

test('two classes of one name, and one without, are refused', async () => {
  const args = corrected()
  const [first] = args.storageClasses ?? []
  ok(first)
  const unnamed = { ...first, name: undefined as unknown as string }
  const seen = await run(() => void new StorageModule('cluster-storage', { ...args, storageClasses: [first, first, unnamed] }))
  match(String(seen.error), /storageClasses\[1\]\.name: storage class "shared-fs" is given twice/)
  match(String(seen.error), /storageClasses\[2\]\.name: a storage class without a name/)
})
