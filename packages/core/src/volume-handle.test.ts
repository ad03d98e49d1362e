import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { StorageError } from './storage-error.ts'
import { formatVolumeHandle, isShared, parseVolumeHandle, tryParseVolumeHandle, volidOf, volumeHandleFault } from './volume-handle.ts'

test('a handle has region, zone, storage and disk', () => {
  const handle = parseVolumeHandle('pve/pve-1/local-zfs/vm-9999-pvc-0b5c')
  expect(handle).toEqual({ region: 'pve', zone: 'pve-1', storage: 'local-zfs', disk: 'vm-9999-pvc-0b5c' })
  expect(volidOf(handle)).toBe('local-zfs:vm-9999-pvc-0b5c')
  expect(isShared(handle)).toBe(false)
})

test('a shared volume has an empty zone', () => {
  const handle = parseVolumeHandle('pve//ceph/vm-9999-pvc-1')
  expect(handle.zone).toBe('')
  expect(isShared(handle)).toBe(true)
})

test('on a file storage the disk keeps its folder', () => {
  expect(parseVolumeHandle('pve/n1/local/9999/vm-9999-pvc-1.raw').disk).toBe('9999/vm-9999-pvc-1.raw')
  expect(parseVolumeHandle('pve//nas/9999/vm-9999-pvc-1.qcow2')).toMatchObject({ zone: '', storage: 'nas', disk: '9999/vm-9999-pvc-1.qcow2' })
})

test.each(['', 'pve', 'pve/n1/local', '/n1/local/disk', 'pve/n1//disk', 'pve/n1/local/', 'pve/n1/local/a b', 'pve/n1/local/../x', 'pve/n1/1local/disk', 'pve/n1/local//disk', 'pve/n1/local/x/'])(
  '%j is no handle',
  (text) => {
    expect(volumeHandleFault(text)).toBeTypeOf('string')
    expect(tryParseVolumeHandle(text)).toBeUndefined()
    expect(() => parseVolumeHandle(text)).toThrow(StorageError)
  },
)

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/)

test('formatting and parsing undo each other', () => {
  const handles = fc.record({ region: word, zone: fc.oneof(word, fc.constant('')), storage: word, disk: fc.oneof(word, fc.tuple(word, word).map((parts) => parts.join('/'))) })
  fc.assert(
    fc.property(handles, (handle) => {
      expect(parseVolumeHandle(formatVolumeHandle(handle))).toEqual(handle)
    }),
  )
})

test('any text is either refused or printed back as it was', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9/. -]{0,30}$/), (text) => {
      const handle = tryParseVolumeHandle(text)
      expect(handle === undefined ? text : formatVolumeHandle(handle)).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

test('parts that would not parse back are refused', () => {
  expect(() => formatVolumeHandle({ region: 'a/b', zone: 'n1', storage: 'local', disk: 'd' })).toThrow(StorageError)
  expect(() => formatVolumeHandle({ region: '', zone: 'n1', storage: 'local', disk: 'd' })).toThrow(StorageError)
})
