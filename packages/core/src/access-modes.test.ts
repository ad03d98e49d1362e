import { expect, test } from 'vitest'
import { accessModeRefusal, accessModes, servesVolumes, volumeKinds } from './access-modes.ts'

test('what is shared serves every mode, an image every mode but several writers, a disk one node', () => {
  const served = Object.fromEntries(volumeKinds.map((kind) => [kind, accessModes.filter((mode) => servesVolumes(kind, mode))]))
  expect(served).toEqual({
    disk: ['ReadWriteOnce', 'ReadWriteOncePod'],
    directory: ['ReadWriteOnce', 'ReadWriteOncePod'],
    nfs: accessModes,
    cephfs: accessModes,
    rbd: ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany'],
  })
})

test('the refusal of an image speaks of images, not of the backend that has filesystems as well', () => {
  expect(accessModeRefusal('rookCeph', 'ReadWriteMany', 'rbd')).toMatch(/^ReadWriteMany cannot be served by rbd \(images\): .* use a class whose backend is nfs or rookCeph with a filesystem/)
})
