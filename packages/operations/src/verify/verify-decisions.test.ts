import { Size } from '@stowage/core'
import type { Node, PersistentVolume } from 'kubernetes-types/core/v1'
import type { CSINode, StorageClass } from 'kubernetes-types/storage/v1'
import { expect, test } from 'vitest'
import { claimOf, hashOf, moverOf, readerOf, trialLabel, writerOf, wrongInLog } from './manifests.ts'
import type { Trial } from './manifests.ts'
import { otherNodes } from './other-nodes.ts'
import { chooseClasses } from './which-classes.ts'

const trial: Trial = { id: 'x7k2p', namespace: 'default', className: 'proxmox-csi', size: Size.gib(1), image: 'busybox', content: 'hello' }
const zone = 'topology.kubernetes.io/zone'

const node = (name: string, zoneName: string, rest: Partial<Node> = {}): Node => ({
  metadata: { name, labels: { [zone]: zoneName, 'kubernetes.io/hostname': name } },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
  ...rest,
})
const csiNode = (name: string): CSINode => ({ metadata: { name }, spec: { drivers: [{ name: 'proxmox.csi.stowage.dev', nodeID: name }] } })
const volume: PersistentVolume = {
  spec: {
    csi: { driver: 'proxmox.csi.stowage.dev', volumeHandle: 'pve/n1/local-zfs/vm-1' },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'In', values: ['n1'] }] }] } },
  },
}

test('a volume can move to ready nodes of its topology that know its driver, and to no others', () => {
  const nodes = [
    node('k1', 'n1'),
    node('k2', 'n1'),
    node('k3', 'n2'),
    node('k4', 'n1', { spec: { unschedulable: true } }),
    node('k5', 'n1', { spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } }),
    node('k6', 'n1', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }),
    node('k7', 'n1'),
  ]
  const known = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'].map(csiNode)
  expect(otherNodes(volume, 'k1', nodes, known)).toEqual(['k2'])
  // As an API server prints a node that has registered nothing.
  const bare: CSINode = JSON.parse('{"metadata":{"name":"k2"},"spec":{"drivers":null}}')
  expect(otherNodes(volume, 'k1', nodes, [bare])).toEqual([])
  expect(otherNodes({ spec: { csi: { driver: 'proxmox.csi.stowage.dev', volumeHandle: 'shared' } } }, 'k1', nodes, known)).toEqual(['k2', 'k3'])
})

test('the hash is that of the file which echo writes', () => {
  expect(hashOf(trial)).toBe('5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03')
  expect(wrongInLog(trial, `${hashOf(trial)}  /data/stowage-verify.txt\n`)).toBeUndefined()
  expect(wrongInLog(trial, 'sha256sum: /data/stowage-verify.txt: Input/output error\n')).toContain('Input/output error')
  expect(wrongInLog(trial, '')).toContain('nothing')
})

test('whatever a trial makes carries its label, and the mover goes elsewhere', () => {
  for (const object of [claimOf(trial), writerOf(trial), readerOf(trial), moverOf(trial, 'k1')]) expect(object.metadata?.labels).toEqual({ [trialLabel]: 'x7k2p' })
  const terms = moverOf(trial, 'k1').spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  expect(terms).toEqual([{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['k1'] }] }])
})

test('all classes are tried, or those that are named; one that is not there is an error that names those that are', () => {
  const classes: StorageClass[] = [
    { metadata: { name: 'fast' }, provisioner: 'proxmox.csi.stowage.dev' },
    { metadata: { name: 'by-hand' }, provisioner: 'kubernetes.io/no-provisioner' },
  ]
  expect(chooseClasses(classes, undefined).map(({ skip }) => skip === undefined)).toEqual([true, false])
  expect(chooseClasses(classes, ['fast'])).toHaveLength(1)
  expect(() => chooseClasses(classes, ['slow'])).toThrow('the cluster has no StorageClass slow; it has by-hand, fast')
})
