import type { PlannedObject } from '@stowage/module'
import { expect, test } from 'vitest'
import { whenReady } from './when-ready.ts'

const planned = (ready: PlannedObject['ready']): PlannedObject => ({
  id: 'ceph.rook.io/CephCluster/storage/ceph',
  phase: 'cluster',
  object: { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name: 'ceph' }, status: { seen: 1 } },
  reason: 'there must be one',
  dependsOn: [],
  holdsData: true,
  losing: 'everything',
  ...(ready === undefined ? {} : { ready }),
})

test('fields and conditions stand where the plan looks for them, beside what is there', () => {
  expect(whenReady(planned({ fields: { 'status.phase': 'Ready', 'status.ceph.health': 'HEALTH_OK' }, conditions: ['Ready'] }))).toHaveProperty('status', {
    seen: 1,
    phase: 'Ready',
    ceph: { health: 'HEALTH_OK' },
    conditions: [{ type: 'Ready', status: 'True' }],
  })
})

test('an object that nobody waits for is as it was planned', () => {
  expect(whenReady(planned(undefined))).toEqual(planned(undefined).object)
})
