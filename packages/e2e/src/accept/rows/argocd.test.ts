import { expect, test } from 'vitest'
import { placed } from './argocd.ts'

test('a value is put where its path says, beside what is there', () => {
  expect(placed({ kind: 'A', status: { seen: 1 } }, ['status', 'phase'], 'Ready')).toEqual({ kind: 'A', status: { seen: 1, phase: 'Ready' } })
  expect(placed({}, ['status', 'ceph', 'health'], 'HEALTH_OK')).toEqual({ status: { ceph: { health: 'HEALTH_OK' } } })
})
