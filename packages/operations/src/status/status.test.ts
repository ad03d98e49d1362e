import { expect, test } from 'vitest'
import { withinNamespace } from '../observe/observation.ts'
import type { Observation, ObservedKinds, Seen } from '../observe/observation.ts'
import { statusOf } from './status.ts'
import { statusSummary, statusTable } from './status-table.ts'

const driver = 'proxmox.csi.stowage.dev'

type Items = { readonly [K in keyof ObservedKinds]?: readonly ObservedKinds[K][] }

function observation(items: Items, unknown: readonly (keyof ObservedKinds)[] = []): Observation {
  const seen = <K extends keyof ObservedKinds>(kind: K): Seen<ObservedKinds[K]> => (unknown.includes(kind) ? { known: false, why: `cannot list ${kind}: forbidden` } : { known: true, items: items[kind] ?? [] })
  return {
    takenAt: '2026-01-01T00:00:00.000Z',
    server: 'https://10.0.0.1:6443',
    storageClasses: seen('storageClasses'),
    claims: seen('claims'),
    volumes: seen('volumes'),
    pods: seen('pods'),
    attachments: seen('attachments'),
    csiNodes: seen('csiNodes'),
    csiDrivers: seen('csiDrivers'),
    nodes: seen('nodes'),
    events: seen('events'),
  }
}

const claim = (name: string, volumeName: string | undefined, phase: 'Bound' | 'Pending' | 'Lost', rest: Partial<ObservedKinds['claims']['status']> = {}): ObservedKinds['claims'] => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}` },
  spec: { storageClassName: 'fast', resources: { requests: { storage: '1Gi' } }, ...(volumeName !== undefined && { volumeName }) },
  status: { phase, ...(phase === 'Bound' && { capacity: { storage: '2Gi' } }), ...rest },
})
const volume = (name: string, phase: string, csiDriver = driver): ObservedKinds['volumes'] => ({
  metadata: { name },
  spec: { capacity: { storage: '2Gi' }, storageClassName: 'fast', persistentVolumeReclaimPolicy: 'Retain', csi: { driver: csiDriver, volumeHandle: `pve/n1/local-zfs/vm-9999-${name}` }, claimRef: { namespace: 'default', name: 'old' } },
  status: { phase },
})
const pod = (name: string, claimName: string, phase = 'Running'): ObservedKinds['pods'] => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}` },
  spec: { nodeName: 'k1', containers: [], volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] },
  status: { phase },
})
const attachment = (volumeName: string, attached: boolean, attachError?: string): ObservedKinds['attachments'] => ({
  metadata: { name: `va-${volumeName}` },
  spec: { attacher: driver, nodeName: 'k1', source: { persistentVolumeName: volumeName } },
  status: { attached, ...(attachError !== undefined && { attachError: { message: attachError } }) },
})
const warning = (kind: string, name: string, reason: string, message: string, lastTimestamp = '2026-01-01T00:00:00Z'): ObservedKinds['events'] => ({
  metadata: {},
  type: 'Warning',
  involvedObject: { kind, name, namespace: 'default', uid: `uid-${name}` },
  reason,
  message,
  lastTimestamp,
})
const fast: ObservedKinds['storageClasses'] = { metadata: { name: 'fast' }, provisioner: driver, volumeBindingMode: 'WaitForFirstConsumer' }

test('a volume in use is one row, from the claim to the disk', () => {
  const status = statusOf(observation({ storageClasses: [fast], claims: [claim('data', 'pvc-1', 'Bound')], volumes: [volume('pvc-1', 'Bound')], pods: [pod('web', 'data')], attachments: [attachment('pvc-1', true)] }))
  expect(status.rows).toEqual([
    { claim: 'default/data', class: 'fast', size: '2Gi', volume: 'pvc-1', status: 'Bound', nodes: ['k1'], attachment: 'attached', usedBy: ['web'], handle: 'pve/n1/local-zfs/vm-9999-pvc-1', problem: undefined },
  ])
  expect(status.summary).toMatchObject({ claims: 1, bound: 1, volumes: 1, attached: 1, released: 0, problems: [], unknown: [] })
})

test('a released volume is a row of its own, and no problem', () => {
  const { rows, summary } = statusOf(observation({ volumes: [volume('pvc-1', 'Released')] }))
  expect(rows).toMatchObject([{ claim: 'default/old', status: 'Released', attachment: 'detached', usedBy: [], problem: undefined }])
  expect(summary.released).toBe(1)
})

test('a driver that needs no attaching is where its pods run', () => {
  const local = { metadata: { name: 'local.csi.stowage.dev' }, spec: { attachRequired: false } }
  const { rows } = statusOf(observation({ csiDrivers: [local], claims: [claim('data', 'pvc-1', 'Bound')], volumes: [volume('pvc-1', 'Bound', 'local.csi.stowage.dev')], pods: [pod('web', 'data')] }))
  expect(rows).toMatchObject([{ attachment: 'not needed', nodes: ['k1'] }])
})

test('what is not known is not taken for empty', () => {
  const { rows, summary } = statusOf(observation({ claims: [claim('data', 'pvc-1', 'Bound')] }, ['attachments', 'pods', 'volumes']))
  expect(rows).toMatchObject([{ nodes: undefined, attachment: undefined, usedBy: undefined, problem: undefined }])
  expect(summary.attached).toBeUndefined()
  expect(summary.unknown).toHaveLength(3)
  expect(statusTable(statusOf(observation({ claims: [claim('data', 'pvc-1', 'Bound')] }, ['attachments', 'pods', 'volumes'])))).toContain('?')
})

test.each([
  ['waits for its first consumer', { storageClasses: [fast], claims: [claim('data', undefined, 'Pending')] }, undefined],
  ['has a consumer and nobody acts', { storageClasses: [fast], claims: [claim('data', undefined, 'Pending')], pods: [pod('web', 'data', 'Pending')] }, 'is pending, and nothing says why yet'],
  ['names a class that is not there', { claims: [claim('data', undefined, 'Pending')] }, 'its StorageClass fast does not exist'],
  [
    'cannot be provisioned',
    { storageClasses: [fast], claims: [claim('data', undefined, 'Pending')], events: [warning('PersistentVolumeClaim', 'data', 'ProvisioningFailed', 'older', '2025-01-01T00:00:00Z'), warning('PersistentVolumeClaim', 'data', 'ProvisioningFailed', 'storage "local-zfs" is full')] },
    'ProvisioningFailed: storage "local-zfs" is full',
  ],
  ['lost its volume', { claims: [claim('data', 'pvc-1', 'Lost')] }, 'its PersistentVolume pvc-1 is gone'],
  ['cannot be attached', { claims: [claim('data', 'pvc-1', 'Bound')], volumes: [volume('pvc-1', 'Bound')], attachments: [attachment('pvc-1', false, 'VM 104 is locked (backup)')] }, 'cannot be attached to k1: VM 104 is locked (backup)'],
  ['cannot grow', { claims: [claim('data', 'pvc-1', 'Bound', { allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } })], volumes: [volume('pvc-1', 'Bound')] }, 'its expansion failed (ControllerResizeInfeasible)'],
  [
    'has a pod that cannot mount it',
    { claims: [claim('data', 'pvc-1', 'Bound')], volumes: [volume('pvc-1', 'Bound')], attachments: [attachment('pvc-1', true)], pods: [pod('web', 'data', 'Pending')], events: [warning('Pod', 'web', 'FailedMount', 'wrong fs type')] },
    'pod web waits: FailedMount: wrong fs type',
  ],
] satisfies [string, Items, string | undefined][])('a claim that %s', (_, items, problem) => {
  const { rows, summary } = statusOf(observation(items))
  expect(rows[0]?.problem).toBe(problem)
  expect(summary.problems).toEqual(problem === undefined ? [] : [`default/data: ${problem}`])
})

test('a pod that has ended uses nothing', () => {
  const { rows } = statusOf(observation({ claims: [claim('data', 'pvc-1', 'Bound')], volumes: [volume('pvc-1', 'Bound')], pods: [pod('done', 'data', 'Succeeded')] }))
  expect(rows[0]?.usedBy).toEqual([])
})

test('the table is aligned and says - for nothing', () => {
  const status = statusOf(observation({ claims: [claim('data', 'pvc-1', 'Bound'), claim('a-longer-name', undefined, 'Pending')], volumes: [volume('pvc-1', 'Bound')], attachments: [attachment('pvc-1', true)], pods: [pod('web', 'data')], storageClasses: [fast] }))
  expect(statusTable(status)).toBe(
    [
      'CLAIM                   CLASS   SIZE   STATUS    NODE   ATTACHMENT   USED BY   DISK',
      'default/a-longer-name   fast    1Gi    Pending   -      -            -         -',
      'default/data            fast    2Gi    Bound     k1     attached     web       pve/n1/local-zfs/vm-9999-pvc-1',
    ].join('\n'),
  )
  expect(statusSummary(status)).toBe('1 of 2 claims bound, 1 volume, 1 attached, 0 released with the disk kept')
})

test('on a narrow terminal the longest cells are cut, and every line fits', () => {
  const status = statusOf(observation({ claims: [claim('data', 'pvc-1', 'Bound')], volumes: [volume('pvc-1', 'Bound')], attachments: [attachment('pvc-1', true)], pods: [pod('web-with-a-long-name-0', 'data')], storageClasses: [fast] }))
  const lines = statusTable(status, { columns: 100 }).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBe(100)
  expect(lines[1]).toContain('…')
  expect(statusTable(status, { columns: 200 })).toBe(statusTable(status))
})

test('volumes of other namespaces are not part of one namespace', () => {
  const all = observation({ volumes: [volume('pvc-1', 'Released')], attachments: [attachment('pvc-1', true)] })
  expect(statusOf(withinNamespace(all, 'default')).rows).toHaveLength(1)
  expect(statusOf(withinNamespace(all, 'garage'))).toMatchObject({ rows: [], summary: { volumes: 0, attached: 0, released: 0 } })
})
