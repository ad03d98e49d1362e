import { expect, test } from 'vitest'
import { refusal } from '../proxmox-error.ts'
import { errorTexts, meaningOf } from './error-texts.ts'
import { parsePermissionFailure } from './privileges.ts'

/** Proxmox's own words, as its sources print them, and what they must come to mean. */
test.each([
  ['Permission check failed (/storage/local-zfs, Datastore.AllocateSpace)', 'permission', 'denied', 'never-soon', /Datastore\.AllocateSpace on the path \/storage\/local-zfs/],
  ['Permission check failed (user != root@pam)', 'root-only', 'denied', 'never-soon', /root@pam alone/],
  ['No ticket', 'authentication', 'denied', 'never-soon', /token/],
  ['cluster not ready - no quorum?', 'quorum', 'unavailable', 'never-soon', /quorum/],
  ["cfs-lock 'storage-local' error: no quorum!", 'quorum', 'unavailable', 'never-soon', /quorum/],
  ['VM is locked (backup)', 'vm-locked', 'unavailable', 'never-soon', /until the backup is over/],
  ["can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout", 'config-lock', 'unavailable', 'soon', /lock/],
  ["cfs-lock 'storage-nas' error: got lock request timeout", 'storage-lock', 'unavailable', 'soon', /storage/],
  ['checksum mismatch (file change by other user?)', 'digest', 'unavailable', 'never-soon', /read again/],
  ["scsi2: hotplug problem - error on hot-unplugging device 'scsi2' - still busy in guest?", 'busy-in-guest', 'unavailable', 'never-soon', /guest still uses/],
  ["hotplug problem - error on hotplug device 'scsi2'", 'hotplug', 'unavailable', 'never-soon', /task's log/],
  ["Configuration file 'nodes/pve1/qemu-server/104.conf' does not exist", 'no-vm', 'not-found', 'never-soon', /moved/],
  ["storage 'fast' does not exist", 'no-storage', 'precondition', 'never-soon', /existing storage/],
  ["storage 'fast' is not available on node 'pve2'", 'storage-elsewhere', 'exhausted', 'never-soon', /allowedTopologies/],
  ["storage 'nas' is not online", 'storage-offline', 'unavailable', 'never-soon', /bring the storage back/],
  ["zfs error: cannot create 'rpool/data/vm-9999-x': out of space", 'full', 'exhausted', 'never-soon', /free space/],
  ['lvcreate error: Volume group "pve" has insufficient free space (0 extents): 256 required.', 'full', 'exhausted', 'never-soon', /free space/],
  ["disk image '/var/lib/vz/images/9999/vm-9999-x.raw' already exists", 'exists', 'exists', 'never-soon', /name/],
  ['shrinking disks is not supported', 'shrink', 'invalid', 'never-soon', /at least/],
  ["zfs error: cannot open 'rpool/data/vm-9999-x': dataset does not exist", 'no-volume', 'not-found', 'never-soon', /pvesm list/],
  ["illegal name 'x' - should be 'vm-9999-*'", 'illegal-name', 'invalid', 'never-soon', /type/],
  ['got timeout', 'timeout', 'unavailable', 'never-soon', /took too long/],
  ['Connection timed out', 'node-unreachable', 'unavailable', 'never-soon', /does not answer/],
  ["Method 'POST /nodes//storage' not implemented", 'no-method', 'internal', 'never-soon', /version/],
] as const)('%s', (text, name, kind, repeat, remedy) => {
  const meaning = meaningOf(text)
  expect(meaning).toMatchObject({ name, kind })
  expect(meaning?.remedy).toMatch(remedy)
  expect(meaning?.repeat === 'soon').toBe(repeat === 'soon')
})

test('every row is the first to match some words of its own', () => {
  expect(new Set(errorTexts.map(({ name }) => name)).size).toBe(errorTexts.length)
})

test('only words of a held lock may be repeated at once', () => {
  expect(errorTexts.filter(({ repeat }) => repeat === 'soon').map(({ name }) => name)).toEqual(['config-lock', 'storage-lock'])
})

test('an answer that a gateway gave for a lost one leaves the fate open, a refusal does not', () => {
  expect(refusal({ call: 'PUT /x', status: 596, words: 'Broken pipe' }).fate).toBe('unknown')
  expect(refusal({ call: 'PUT /x', status: 595, words: 'No route to host' })).toMatchObject({ fate: 'refused', kind: 'unavailable' })
  expect(refusal({ call: 'PUT /x', status: 500, words: 'whatever' })).toMatchObject({ fate: 'refused', kind: 'internal' })
})

test('faults of parameters are named in the sentence', () => {
  const error = refusal({ call: 'POST /x', status: 400, words: 'Parameter verification failed.', errors: { size: 'value does not match the regex pattern\n' } })
  expect(error.message).toContain('size: value does not match the regex pattern')
  expect(error.kind).toBe('invalid')
})

test('a permission failure gives its path and its privileges', () => {
  expect(parsePermissionFailure('Permission check failed (/storage/x, Datastore.Audit|Datastore.AllocateSpace)')).toEqual({ path: '/storage/x', privileges: ['Datastore.Audit', 'Datastore.AllocateSpace'] })
  expect(parsePermissionFailure('Permission check failed')).toBeUndefined()
})
