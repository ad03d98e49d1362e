import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { diskNamePart, formatDiskName, isDnsLabel, isDnsSubdomain, isDriverName, isProxmoxStorageId, isQualifiedName, parseDiskName } from './names.ts'
import { StorageError } from './storage-error.ts'

test('labels and subdomains are those of RFC 1123', () => {
  expect(['a', 'a-b', '1a', 'a'.repeat(63)].every(isDnsLabel)).toBe(true)
  expect(['', '-a', 'a-', 'A', 'a.b', 'a'.repeat(64)].some(isDnsLabel)).toBe(false)
  expect(isDnsSubdomain('csi.proxmox.sinextra.dev')).toBe(true)
  expect(['a..b', '.a', 'a/b', 'a'.repeat(254)].some(isDnsSubdomain)).toBe(false)
})

test('a driver name holds no slash', () => {
  expect(isDriverName('local.csi.stowage.dev')).toBe(true)
  expect(isDriverName('docker.io/hostpath')).toBe(false)
})

test('annotation keys have an optional prefix', () => {
  expect(['stowage.dev/formatted', 'name', 'A_b.c'].every(isQualifiedName)).toBe(true)
  expect(['a/b/c', '/x', 'x/', 'UP.x/y', '-x'].some(isQualifiedName)).toBe(false)
})

test('storage ids are those of Proxmox', () => {
  expect(['local-zfs', 'ab', 'a.b_c'].every(isProxmoxStorageId)).toBe(true)
  expect(['a', '1a', 'a-', 'a b', ''].some(isProxmoxStorageId)).toBe(false)
})

test('disk names carry their owner, and a folder and a format on file storages', () => {
  expect(formatDiskName({ owner: 9999, name: 'pvc-1' })).toBe('vm-9999-pvc-1')
  expect(formatDiskName({ owner: 9999, name: 'pvc-1', format: 'raw' })).toBe('9999/vm-9999-pvc-1.raw')
  expect(parseDiskName('vm-100-disk-0')).toEqual({ owner: 100, name: 'disk-0' })
  expect(parseDiskName('100/vm-9999-pvc-1.raw')).toBeUndefined()
  expect(parseDiskName('base-1-disk-0')).toBeUndefined()
  expect(() => formatDiskName({ owner: 9999, name: 'a b' })).toThrow(StorageError)
  expect(() => formatDiskName({ owner: 1, name: 'pvc-1' })).toThrow(StorageError)
})

test('a disk name parses back into what it was made of', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,40}$/)
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999_999_999 }), name, fc.constantFrom(undefined, 'raw' as const, 'qcow2' as const), (owner, part, format) => {
      const disk = { owner, name: part, ...(format === undefined ? {} : { format }) }
      expect(parseDiskName(formatDiskName(disk))).toEqual(disk)
    }),
  )
})

test('any volume name becomes one that a disk can have, and allowed ones stay', () => {
  const digest = (text: string): string => Buffer.from(text).toString('hex').padEnd(32, '0')
  expect(diskNamePart('pvc-0b5c', digest)).toBe('pvc-0b5c')
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 128 }), (name) => {
      expect(formatDiskName({ owner: 9999, name: diskNamePart(name, digest) })).toMatch(/^vm-9999-\S+$/)
    }),
  )
})
