import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatAllocationSize, formatDiskSize, parseDiskSize } from './disk-size.ts'
import { driveOptions } from './drive-options.ts'
import { formatDrive, parseDrive, volumeOfEntry } from './drive-string.ts'
import { formatUpid, parseUpid } from './upid.ts'
import { formatImageName, formatVolid, parseImageName, parseVolid, type ImageName } from './volid.ts'

const optionValue = (key: string): fc.Arbitrary<string> => {
  const type = driveOptions[key]
  if (type === 'boolean') return fc.constantFrom('0', '1')
  if (type === 'size') return fc.bigInt(1n, 1n << 45n).map(formatDiskSize)
  if (type === 'url-encoded') return fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() === text)
  if (Array.isArray(type)) return fc.constantFrom(...(type as readonly string[]))
  if (key === 'wwn') return fc.stringMatching(/^0x[0-9a-f]{16}$/)
  if (key === 'queues') return fc.integer({ min: 2, max: 64 }).map(String)
  if (key === 'import-from') return fc.constant('local:1/vm-1-disk-0.raw')
  if (key === 'vendor' || key === 'product') return fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/)
  if (key === 'model') return fc.stringMatching(/^[A-Za-z0-9]{1,8}$/)
  return fc.integer({ min: 1, max: 100_000 }).map(String)
}

const options = fc
  .uniqueArray(fc.constantFrom(...Object.keys(driveOptions)), { maxLength: 8 })
  .chain((keys) => fc.tuple(...keys.map((key) => optionValue(key).map((value) => [key, value] as const))))
  .map((entries) => Object.fromEntries(entries) as Record<string, string>)

const volume = fc.constantFrom('local-zfs:vm-9999-pvc-1', 'local:9999/vm-9999-pvc-1.qcow2', 'none', '/dev/sdx', 'ab:base-1-disk-0/vm-2-disk-0')

describe('drive strings', () => {
  test('what is printed parses back to the same', () => {
    fc.assert(fc.property(volume, options, (name, given) => void expect(parseDrive(formatDrive({ volume: name, options: given }))).toEqual({ volume: name, options: given })))
  })

  test('the order in which keys were written does not matter, and printing sorts them', () => {
    fc.assert(
      fc.property(volume, options, fc.infiniteStream(fc.nat()), (name, given, order) => {
        const parts = formatDrive({ volume: name, options: given }).split(',')
        const ranks = [...parts].map((part) => ({ part, rank: order.next().value as number }))
        const shuffled = ranks.sort((left, right) => left.rank - right.rank).map(({ part }) => (part === parts[0] ? `file=${part}` : part))
        expect(formatDrive(parseDrive(shuffled.join(',')))).toBe(parts.join(','))
      }),
    )
  })

  test.each([
    ['local-lvm:vm-1-disk-0,ssd=yes,size=1024M,discard=on', 'local-lvm:vm-1-disk-0,discard=on,size=1G,ssd=1'],
    ['volume=local:1/vm-1-disk-0.raw,iops_rd_length=3', 'local:1/vm-1-disk-0.raw,iops_rd_max_length=3'],
    ['none,media=cdrom', 'none,media=cdrom'],
    ['s:vm-1-x,serial=a%20b', 's:vm-1-x,serial=a%20b'],
  ])('%s is written back as %s', (text, written) => {
    expect(formatDrive(parseDrive(text))).toBe(written)
  })

  test.each([
    ['', /names no volume/],
    ['size=1G', /names no volume/],
    ['a:b,c:d', /two volumes/],
    ['a:b,ssd=1,ssd=0', /twice/],
    ['a:b,cash=none', /not one of a drive/],
    ['a:b,cache=fast', /one of none, writethrough/],
    ['a:b,wwn=0x12', /wwn/],
    ['a:b,toString=1', /not one of a drive/],
  ])('%s is refused', (text, why) => {
    expect(() => parseDrive(text)).toThrow(why)
  })

  test('the volume of an entry that cannot be parsed is still seen', () => {
    expect(volumeOfEntry('local-zfs:vm-9999-pvc-1,nobody-knows=1')).toBe('local-zfs:vm-9999-pvc-1')
    expect(volumeOfEntry('ssd=1,file=local-zfs:vm-9999-pvc-1')).toBe('local-zfs:vm-9999-pvc-1')
    expect(volumeOfEntry('cloud')).toBe('cloud')
  })
})

describe('sizes', () => {
  test('what is printed parses back to the same bytes', () => {
    fc.assert(fc.property(fc.bigInt(0n, 1n << 60n), (bytes) => void expect(parseDiskSize(formatDiskSize(bytes))).toBe(bytes)))
  })

  test('an allocation is never smaller than what was asked, and less than a KiB larger', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 1n << 50n), (bytes) => {
        const text = formatAllocationSize(bytes)
        expect(text).toMatch(/^\d+[MG]?$/)
        const allocated = parseDiskSize(/\d$/.test(text) ? `${text}K` : text) ?? 0n
        expect(allocated >= bytes && allocated - bytes < 1024n).toBe(true)
      }),
    )
  })

  test.each([['1.5G', 1_610_612_736n], ['4M', 4_194_304n], ['528K', 540_672n], ['10', 10n]])('%s is %i bytes', (text, bytes) => {
    expect(parseDiskSize(text)).toBe(bytes)
  })

  test.each(['', 'G', '1g', '1Gi', '-1G', '1 G'])('%j is no size', (text) => {
    expect(parseDiskSize(text)).toBeUndefined()
  })
})

describe('volids', () => {
  const storageType = fc.constantFrom('zfspool', 'lvmthin', 'lvm', 'dir', 'nfs', 'rbd')
  const image = fc.record({ owner: fc.integer({ min: 100, max: 999_999_999 }), name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,40}$/), base: fc.boolean() })

  test('an image name parses back to the same on every type of storage', () => {
    fc.assert(
      fc.property(storageType, image, fc.constantFrom('raw', 'qcow2', 'vmdk'), (type, given, format) => {
        const file = type === 'dir' || type === 'nfs'
        const name: ImageName = { ...given, format: file || (type === 'lvm' && format === 'qcow2') ? format : 'raw' }
        expect(parseImageName(type, formatImageName(type, name))).toEqual(name)
      }),
    )
  })

  test('a volid parses back to the same', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,10}[a-z0-9]$/), fc.stringMatching(/^[a-z0-9/._-]{1,40}$/), (storage, name) => void expect(parseVolid(formatVolid({ storage, volume: name }))).toEqual({ storage, volume: name })))
  })

  test.each([
    ['zfspool', 'base-1-disk-0/vm-2-disk-0', { owner: 2, name: 'disk-0', format: 'raw', base: false, clonedFrom: 'base-1-disk-0' }],
    ['dir', '9999/vm-9999-pvc-1.qcow2', { owner: 9999, name: 'pvc-1', format: 'qcow2', base: false }],
    ['lvm', 'vm-9999-pvc-1.qcow2', { owner: 9999, name: 'pvc-1', format: 'qcow2', base: false }],
    ['dir', 'vm-9999-pvc-1.qcow2', undefined],
    ['dir', '100/vm-9999-pvc-1.raw', undefined],
    ['zfspool', 'subvol-100-disk-0', undefined],
    ['zfspool', '9999/vm-9999-pvc-1.raw', undefined],
  ])('on %s, %s', (type, name, parsed) => {
    expect(parseImageName(type, name)).toEqual(parsed)
  })
})

describe('task ids', () => {
  const hex32 = fc.integer({ min: 0, max: 0xffff_ffff })
  const upid = fc.record({ node: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), pid: hex32, processStart: hex32, startedAt: hex32, type: fc.constantFrom('qmconfig', 'imgdel', 'resize'), id: fc.constantFrom('', '101', '9999@local-zfs'), user: fc.constantFrom('root@pam', 'csi@pve!stowage') })

  test('a task id parses back to the same', () => {
    fc.assert(fc.property(upid, (given) => void expect(parseUpid(formatUpid(given))).toEqual(given)))
  })

  test.each(['', 'UPID:pve1:1:2:3:x:y:z:', 'UPID:pve1:00000001:00000002:00000003:qmconfig:101:root@pam'])('%j is none', (text) => {
    expect(parseUpid(text)).toBeUndefined()
  })
})
