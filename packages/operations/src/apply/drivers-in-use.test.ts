import { expect, test } from 'vitest'
import { orphaned } from './drivers-in-use.ts'

const volume = (name: string, driver: string): object => ({ metadata: { name }, spec: { csi: { driver, volumeHandle: name } } })

test('a driver without volumes may be given up', () => {
  expect(orphaned(['a.example'], [volume('pv1', 'b.example')])).toEqual([])
})

test('a driver that volumes depend on is named with them and with what to do', () => {
  const [sentence, ...more] = orphaned(['a.example', 'b.example'], ['1', '2', '3', '4'].map((name) => volume(`pv${name}`, 'a.example')))
  expect(more).toEqual([])
  expect(sentence).toContain('driver a.example')
  expect(sentence).toContain('4 volumes are still of it (pv1, pv2, pv3, and 1 more)')
  expect(sentence).toContain('driverName: a.example')
})
