import { FileFailure } from '@stowage/effects'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { withHost } from '../test/scripted-host.ts'
import { decideFormat, inspectDevice, readContent, type FormatEvidence } from './format-guard.ts'

const blank: FormatEvidence = {
  permission: 'allowed',
  record: 'none',
  promised: { serial: 's1', size: 1024 },
  seen: { serial: 's1', size: 1024 },
  first: 'zeros',
  last: 'zeros',
  probe: { found: 'nothing-recognised' },
}

test('a disk that was never formatted, is the one promised, and is blank, is formatted', () => {
  expect(decideFormat(blank)).toEqual({ format: true })
})

test('so is one whose first formatting was begun and left nothing, and one that grew since the promise', () => {
  expect(decideFormat({ ...blank, record: 'begun' })).toEqual({ format: true })
  expect(decideFormat({ ...blank, seen: { serial: 's1', size: 4096 } })).toEqual({ format: true })
})

test.each<[Partial<FormatEvidence>, RegExp]>([
  [{ permission: 'never' }, /formatted before, or is a copy/],
  [{ permission: 'unknown' }, /did not say/],
  [{ record: 'done' }, /on record/],
  [{ record: 'unknown-end' }, /end is not known/],
  [{ seen: { serial: 's2', size: 1024 } }, /serial is s2, not s1/],
  [{ seen: { serial: undefined, size: 1024 } }, /serial is unknown/],
  [{ seen: { serial: 's1', size: 1023 } }, /it has 1023, not 1Ki/],
  [{ promised: { serial: 's1', size: 0 } }, /not 0/],
  [{ first: 'data' }, /first MiB holds data/],
  [{ last: 'data' }, /last MiB holds data/],
  [{ first: 'unreadable' }, /first MiB cannot be read/],
  [{ last: 'unreadable' }, /last MiB cannot be read/],
  [{ probe: { found: 'signature', type: 'ext4', usage: 'filesystem' } }, /blkid finds ext4/],
  [{ probe: { found: 'signature', type: 'LVM2_member', usage: 'raid' } }, /LVM2_member \(raid\)/],
  [{ probe: { found: 'partitions', table: 'gpt' } }, /partition table \(gpt\)/],
  [{ probe: { found: 'ambiguous' } }, /contradict/],
])('one doubt is enough: %j', (change, doubt) => {
  const decision = decideFormat({ ...blank, ...change })
  expect(decision).toMatchObject({ format: false, doubts: [expect.stringMatching(doubt)] })
})

test('whatever else is true, data on the disk is never formatted', () => {
  const evidence = fc.record<FormatEvidence>({
    permission: fc.constantFrom('allowed', 'never', 'unknown'),
    record: fc.constantFrom('none', 'begun', 'done', 'unknown-end'),
    promised: fc.constant(blank.promised),
    seen: fc.record({ serial: fc.constantFrom('s1', 's2', undefined), size: fc.constantFrom(0, 1024, 2048) }),
    first: fc.constantFrom('zeros', 'data', 'unreadable'),
    last: fc.constantFrom('zeros', 'data', 'unreadable'),
    probe: fc.constantFrom<FormatEvidence['probe']>({ found: 'nothing-recognised' }, { found: 'ambiguous' }, { found: 'signature', type: 'xfs', usage: 'filesystem' }),
  })
  fc.assert(
    fc.property(evidence, (seen) => {
      const safe = seen.permission === 'allowed' && ['none', 'begun'].includes(seen.record) && seen.seen.serial === 's1' && seen.seen.size >= 1024 && seen.first === 'zeros' && seen.last === 'zeros' && seen.probe.found === 'nothing-recognised'
      expect(decideFormat(seen).format).toBe(safe)
    }),
    { numRuns: 1000 },
  )
})

const device = { path: '/dev/sdb', name: 'sdb', serial: 's1', size: 3 * 2 ** 20 }
const sysfs = { '/sys/block/sdb/size': '6144', '/sys/block/sdb/device/vpd_pg80': Uint8Array.from([0, 0x80, 0, 2, 0x73, 0x31]) }
const programs = { blockdev: () => ({ stdout: `${3 * 2 ** 20}\n` }), blkid: () => ({ exitCode: 2 }) }

test.each<[string, number, Partial<FormatEvidence>]>([
  ['nothing', -1, { first: 'zeros', last: 'zeros' }],
  ['a byte in the first MiB', 65_536, { first: 'data', last: 'zeros' }],
  ['the very last byte', 3 * 2 ** 20 - 1, { first: 'zeros', last: 'data' }],
])('a device that holds %s is seen as such', async (_, at, expected) => {
  const bytes = new Uint8Array(3 * 2 ** 20)
  if (at >= 0) bytes[at] = 1
  await withHost(programs, { ...sysfs, '/dev/sdb': bytes }, async (host) => {
    expect(await inspectDevice(host, device)).toEqual({ seen: { serial: 's1', size: 3 * 2 ** 20 }, probe: { found: 'nothing-recognised' }, ...expected })
  })
})

test('another disk that took the name meanwhile is noticed', async () => {
  const other = { ...sysfs, '/sys/block/sdb/device/vpd_pg80': Uint8Array.from([0, 0x80, 0, 2, 0x73, 0x32]), '/dev/sdb': new Uint8Array(3 * 2 ** 20) }
  await withHost(programs, other, async (host) => {
    expect((await inspectDevice(host, device)).seen.serial).toBe('s2')
  })
})

test('a device that cannot be read, or has no bytes, is never blank', async () => {
  await withHost({}, {}, async (host) => {
    const files = { ...host.files, readAt: () => Promise.reject(new FileFailure('EIO', '/dev/sdb')) }
    expect(await readContent({ files }, '/dev/sdb', 0, 10)).toBe('unreadable')
    expect(await readContent(host, '/dev/sdb', 0, 0)).toBe('unreadable')
  })
})
