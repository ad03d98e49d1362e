import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { differingOptions, normalOptions } from './mount-options.ts'
import { isReadOnly, mountAt, mountHolding, mountsOf, parseMountinfo, unescapeOctal } from './mountinfo.ts'

const text = [
  '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,errors=remount-ro',
  '42 27 7:0 / /mnt/m rw,noatime - xfs /dev/sdb rw,inode64,prjquota',
  '43 27 7:0 / /mnt/c ro,relatime shared:2 master:1 propagate_from:3 - xfs /dev/sdb rw,inode64',
  '44 27 0:6 /sdc /var/lib/kubelet/a\\040b rw,relatime - devtmpfs devtmpfs rw,size=1k',
  '45 42 7:1 / /mnt/m ro,relatime - ext4 /dev/sdd ro',
  '',
].join('\n')
const mounts = parseMountinfo(text)

test('every line is a mount, whatever the number of its optional fields', () => {
  expect(mounts).toHaveLength(5)
  expect(mounts[2]).toEqual({
    id: 43, parent: 27, device: '7:0', root: '/', mountPoint: '/mnt/c', options: ['ro', 'relatime'],
    optionalFields: ['shared:2', 'master:1', 'propagate_from:3'], type: 'xfs', source: '/dev/sdb', superOptions: ['rw', 'inode64'],
  })
})

test('escapes are read, so a path with a blank is found', () => {
  expect(mountAt(mounts, '/var/lib/kubelet/a b')?.root).toBe('/sdc')
  expect(unescapeOctal('a\\040b\\134c\\011d\\012')).toBe('a b\\c\td\n')
})

test('at a path with two mounts the upper one is seen', () => {
  expect(mountAt(mounts, '/mnt/m/')?.source).toBe('/dev/sdd')
  expect(mountAt(mounts, '/mnt')).toBeUndefined()
})

test('a path is held by the nearest mount above it', () => {
  expect(mountHolding(mounts, '/mnt/c/deep/er')?.id).toBe(43)
  expect(mountHolding(mounts, '/mnt/cc')?.id).toBe(27)
})

test('the mounts of a device are all those of its filesystem', () => {
  expect(mountsOf(mounts, '/dev/sdb').map(({ id }) => id)).toEqual([42, 43])
  expect(mounts.map(isReadOnly)).toEqual([false, false, true, false, true])
})

test('a line that cannot be read is an error and not skipped', () => {
  expect(() => parseMountinfo('27 1 254:0 / /')).toThrow(/cannot be read/)
})

test('any path survives the escapes of the kernel', () => {
  const escape = (path: string): string => path.replaceAll(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
  fc.assert(
    fc.property(fc.stringMatching(/^\/[ -~\t\n]{0,30}$/), (path) => {
      const [entry] = parseMountinfo(`1 2 3:4 / ${escape(path)} rw - ext4 /dev/x rw`)
      expect(entry?.mountPoint).toBe(path)
    }),
  )
})

test('options differ only where mountinfo would show them', () => {
  const entry = { ...mounts[1]!, options: ['rw', 'noatime'], superOptions: ['rw'] }
  expect(differingOptions(entry, ['noatime', 'commit=30', 'defaults'], false)).toEqual([])
  expect(differingOptions(entry, ['nosuid', 'noatime'], false)).toEqual(['nosuid'])
  expect(differingOptions(entry, [], true)).toEqual(['ro'])
  expect(differingOptions({ ...entry, options: ['ro'] }, [], false)).toEqual(['rw'])
})

test('options are passed once and without words that say nothing', () => {
  expect(normalOptions(['noatime', 'defaults', 'rw', 'noatime', ''], false)).toEqual(['noatime'])
  expect(normalOptions(['noatime'], true)).toEqual(['ro', 'noatime'])
})
