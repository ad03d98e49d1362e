import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { applyEdit, planStorage, readValue, smallestEdits, Storage, type Declaration } from '@stowage/module'
import { kubernetes, run } from './harness'
import { expected, registered } from './plan-objects'

/** Document 003's example, written by hand as a declaration. */
const asDeclaration: Declaration = {
  apiVersion: 'stowage.dev/v1alpha1',
  kind: 'Storage',
  metadata: { name: 'cluster-storage' },
  spec: {
    namespace: 'storage-system',
    backends: {
      ceph: {
        rookCeph: {
          clusterName: 'my-cluster',
          storage: {
            useAllNodes: false,
            nodes: [
              { name: 'worker-1', devices: [{ name: '/dev/nvme0n1' }, { name: '/dev/nvme1n1' }] },
              { name: 'worker-2', devices: [{ name: '/dev/sdb' }, { name: '/dev/sdc' }] },
            ],
          },
        },
      },
    },
    classes: {
      'shared-fs': {
        backend: 'ceph',
        default: true,
        filesystem: {
          preservePoolNames: true,
          metadataPool: { name: 'shared-fs-metadata', replicated: { size: 3 }, deviceClass: 'nvme' },
          dataPools: [{ name: 'shared-fs-data', failureDomain: 'host', replicated: { size: 3 }, deviceClass: 'hdd' }],
          metadataServer: { activeCount: 1, activeStandby: true },
        },
      },
    },
    backup: {
      velero: {
        enableSnapshotBackups: true,
        enableFilesystemBackups: true,
        locations: { default: { provider: 'aws', bucket: 'my-backup-bucket', default: true } },
        repositoryPassword: { existing: true },
      },
    },
  },
}

/** The file holds the document's text, byte for byte. */
const asItStands = run(() => void require('./stacks/usage-003'))

test('document 003’s example, unchanged, registers exactly the objects and releases of its plan', async () => {
  const seen = await asItStands
  equal(seen.error, undefined)
  const { spec } = readValue(asDeclaration, { proofs: 'warn' })
  ok(spec)
  deepEqual(registered(seen), expected(planStorage(spec)))
  ok(kubernetes(seen).length > 20)
})

test('and says at every preview what can never be healthy, and what is not known', async () => {
  const { warnings } = await asItStands
  const said = warnings.join('\n')
  match(said, /storageClasses\[0\]\.filesystem\.dataPools\[0\]\.failureDomain: pool shared-fs-data keeps three copies/)
  match(said, /storageClasses\[0\]\.filesystem\.metadataPool\.deviceClass: pool shared-fs-metadata .*only one host has nvme/)
  match(said, /storageClasses\[0\]\.filesystem\.dataPools\[0\]\.deviceClass: pool shared-fs-data .*at most one host could have hdd/)
  match(said, /cephCluster\.monitorCount: three monitors/)
  match(said, /cephCluster\.storage\.nodes\[1\]\.devices: whether sdb and sdc of worker-2 are hdd or ssd is not known/)
  equal(said.includes('spec.'), false, said)
})

test('what the declaration says of the same thing, the warnings say, no more and no less', async () => {
  const { warnings } = await asItStands
  equal(warnings.filter((text) => !text.startsWith('the smallest edits')).length, readValue(asDeclaration).findings.length)
})

test('and three smallest edits, each of which is accepted', async () => {
  const { warnings } = await asItStands
  const [said, ...others] = warnings.filter((text) => text.startsWith('the smallest edits'))
  deepEqual(others, [])
  const edits = smallestEdits(asDeclaration)
  equal(edits.length, 3)
  for (const edit of edits) {
    ok(said?.includes(edit.text), edit.text)
    const declaration = JSON.parse(JSON.stringify(applyEdit(asDeclaration, edit)))
    const seen = await run(() => void new Storage('edited', { declaration }))
    equal(seen.error, undefined)
    ok(kubernetes(seen).length > 20)
  }
})

test('the component that takes the whole declaration refuses it, with the edits', async () => {
  const seen = await run(() => void new Storage('refused', { declaration: asDeclaration }))
  deepEqual(seen.resources, [])
  match(String(seen.error), /3 faults/)
  match(String(seen.error), /the smallest edits, each of which is accepted:\n {2}1\. /)
})

test('what must be there already, and that nothing is scheduled, is said as information', async () => {
  const { notes } = await asItStands
  ok(notes.some((text) => text.startsWith('must be there already: Secret velero/velero-repo-credentials: ')))
  ok(notes.some((text) => text.startsWith('no backup schedule is declared, so none is made')))
})

test('pool names stand as the document writes them', async () => {
  const filesystem = kubernetes(await asItStands).find(({ type }) => type === 'kubernetes:ceph.rook.io/v1:CephFilesystem')
  const spec = filesystem?.inputs['spec'] as { preservePoolNames: boolean; metadataPool: { name: string }; dataPools: { name: string }[] }
  deepEqual([spec.preservePoolNames, spec.metadataPool.name, spec.dataPools.map(({ name }) => name)], [true, 'shared-fs-metadata', ['shared-fs-data']])
})

test('Velero is not released before the password of its repositories is there', async () => {
  const seen = kubernetes(await asItStands)
  const look = seen.find(({ id }) => id === 'velero/velero-repo-credentials')
  ok(look)
  const velero = seen.find(({ type, inputs }) => type.endsWith(':Release') && inputs['name'] === 'velero')
  ok(velero?.dependsOn.includes(look.name))
})
