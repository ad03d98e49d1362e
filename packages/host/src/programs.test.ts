import { StorageError } from '@stowage/core'
import { FileFailure, ProgramFailure } from '@stowage/effects'
import { expect, test } from 'vitest'
import { withHost } from '../test/scripted-host.ts'
import { parseBlkidExport, probeDevice } from './blkid.ts'
import { deviceSize, listScsiDisks, parseSerialPage, parseSlot, parseWwid } from './block-device.ts'
import { checkFilesystem } from './check-filesystem.ts'
import { StatisticsReader } from './filesystem-statistics.ts'
import { byIdLinks, findDevice } from './find-device.ts'
import { growMounted, growUnmounted, parseDumpe2fs } from './grow-filesystem.ts'
import { makeFilesystem, mkfsArguments } from './make-filesystem.ts'
import { bindMount, mountDevice, unmount } from './mount.ts'
import { isStuck, saidBy } from './program.ts'
import { quotaSupport, setDirectoryQuota } from './project-quota.ts'

const mountinfo = '/proc/self/mountinfo'
const root = '1 0 8:1 / / rw - ext4 /dev/sda rw\n'
const mounted = `${root}42 1 8:16 / /mnt/x rw,relatime - ext4 /dev/sdb rw\n`
const caught = async (work: Promise<unknown>): Promise<StorageError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof StorageError)) throw new Error(`expected a StorageError, got ${String(error)}`)
  return error
}

test('umount exits 32 for "not mounted" and for "busy": mountinfo decides', async () => {
  const script = { umount: () => ({ exitCode: 32, stderr: 'umount: /mnt/x: target is busy.\n' }) }
  await withHost(script, { [mountinfo]: root }, async (host) => {
    await unmount(host, '/mnt/x')
    expect(host.calls).toEqual([])
  })
  await withHost(script, { [mountinfo]: mounted }, async (host) => {
    expect((await caught(unmount(host, '/mnt/x'))).kind).toBe('busy')
    expect(host.calls).toEqual(['umount /mnt/x'])
  })
})

test('force and lazy unmounts come only when asked for, and in this order', async () => {
  const script = { umount: ({ args }: { readonly args: readonly string[] }) => ({ exitCode: 32, stderr: `umount ${args.join(' ')}: hanging` }) }
  await withHost(script, { [mountinfo]: mounted }, async (host) => {
    await caught(unmount(host, '/mnt/x', { evenIfDead: true }))
    expect(host.calls).toEqual(['umount /mnt/x', 'umount -f /mnt/x', 'umount -l /mnt/x'])
  })
})

test('an umount that exits 0 without unmounting is no success', async () => {
  await withHost({ umount: () => ({}) }, { [mountinfo]: mounted }, async (host) => {
    await expect(unmount(host, '/mnt/x')).rejects.toThrow(/umount/)
  })
})

test('mount says what it said itself, without the hint at dmesg', async () => {
  const stderr = 'mount: /t: wrong fs type, bad option, bad superblock on /dev/sdb.\n       dmesg(1) may have more information after failed mount system call.\n'
  await withHost({ mount: () => ({ exitCode: 32, stderr }) }, {}, async (host) => {
    const error = await caught(mountDevice(host, { device: '/dev/sdb', target: '/t', type: 'ext4', options: ['noatime', 'discard'] }))
    expect(host.calls).toEqual(['mount -t ext4 -o noatime,discard /dev/sdb /t'])
    expect(error.message).toBe('mount -t ext4 -o noatime,discard /dev/sdb /t exited with 32: mount: /t: wrong fs type, bad option, bad superblock on /dev/sdb.')
  })
  expect(saidBy({ stdout: 'out', stderr: '' })).toBe('out')
})

test('a read-only bind that fails in its second step leaves nothing mounted', async () => {
  const script = { mount: ({ args }: { readonly args: readonly string[] }) => ({ exitCode: args[0] === '-o' ? 32 : 0 }), umount: () => ({}) }
  await withHost(script, {}, async (host) => {
    await caught(bindMount(host, '/a', '/b', { readOnly: true }))
    expect(host.calls).toEqual(['mount --bind /a /b', 'mount -o remount,bind,ro /b', 'umount /b'])
  })
})

test('a missing program is a sentence, and a stuck one is known as such', async () => {
  await withHost({}, {}, async (host) => {
    expect((await caught(deviceSize(host, '/dev/sdb'))).message).toMatch(/blockdev is not installed/)
  })
  const stuck = { 'mkfs.ext4': () => Promise.reject(new ProgramFailure('stuck', 'mkfs.ext4', 'killed, but it did not end')) }
  await withHost(stuck, {}, async (host) => {
    const error = await caught(makeFilesystem(host, { type: 'ext4' }, '/dev/sdb'))
    expect(error.kind).toBe('unavailable')
    expect(isStuck(error)).toBe(true)
  })
})

test('blkid: exit 2 proves nothing, exit 8 is ambiguous, partitions are found', async () => {
  const answers = [
    [{ exitCode: 2 }, { found: 'nothing-recognised' }],
    [{ exitCode: 8 }, { found: 'ambiguous' }],
    [{ stdout: 'DEVNAME=/dev/sdb\nUUID=95c1-a\nVERSION=1.0\nBLOCK_SIZE=1024\nTYPE=ext4\nUSAGE=filesystem\n' }, { found: 'signature', type: 'ext4', usage: 'filesystem', uuid: '95c1-a' }],
    [{ stdout: 'DEVNAME=/dev/sdb\nPTUUID=1\nPTTYPE=gpt\n' }, { found: 'partitions', table: 'gpt' }],
  ] as const
  for (const [answer, probe] of answers) {
    await withHost({ blkid: () => answer }, {}, async (host) => {
      expect(await probeDevice(host, '/dev/sdb')).toEqual(probe)
      expect(host.calls).toEqual(['blkid -p -o export /dev/sdb'])
    })
  }
  await withHost({ blkid: () => ({ exitCode: 4 }) }, {}, async (host) => {
    await expect(probeDevice(host, '/dev/sdb')).rejects.toThrow(/exited with 4/)
  })
  expect(parseBlkidExport('LABEL=a\\ b=c\nx').get('LABEL')).toBe('a b=c')
})

test('mkfs is never forced', () => {
  expect(mkfsArguments({ type: 'ext4', blockSize: 4096, inodeSize: 256 }, '/dev/sdb')).toEqual(['-q', '-m', '0', '-b', '4096', '-I', '256', '/dev/sdb'])
  expect(mkfsArguments({ type: 'xfs', blockSize: 4096, inodeSize: 512 }, '/dev/sdb')).toEqual(['-q', '-b', 'size=4096', '-i', 'size=512', '/dev/sdb'])
  expect(mkfsArguments({ type: 'ext4' }, '/dev/sdb').some((arg) => /^-[fF]/.test(arg))).toBe(false)
})

test.each([
  [0, 'clean'],
  [1, 'repaired'],
  [2, 'repaired'],
])('e2fsck exit %i is %s', async (exitCode, outcome) => {
  await withHost({ e2fsck: () => ({ exitCode }) }, {}, async (host) => {
    expect(await checkFilesystem(host, 'ext4', '/dev/sdb')).toBe(outcome)
  })
})

test.each([
  [4, 'precondition'],
  [5, 'precondition'],
  [8, 'internal'],
  [12, 'internal'],
  [128, 'internal'],
])('e2fsck exit %i is a failure', async (exitCode, kind) => {
  await withHost({ e2fsck: () => ({ exitCode, stderr: 'UNEXPECTED INCONSISTENCY' }) }, {}, async (host) => {
    expect((await caught(checkFilesystem(host, 'ext4', '/dev/sdb'))).kind).toBe(kind)
  })
})

test('xfs is not checked before its mount, which replays the log', async () => {
  await withHost({}, {}, async (host) => {
    expect(await checkFilesystem(host, 'xfs', '/dev/sdb')).toBe('not-checked')
    expect(host.calls).toEqual([])
  })
})

test('ext4 grows before the mount only where it is smaller than its device, after a full check', async () => {
  const script = (blocks: number) => ({
    dumpe2fs: () => ({ stdout: `Filesystem state:         clean\nBlock count:              ${blocks}\nBlock size:               4096\n` }),
    blockdev: () => ({ stdout: `${1000 * 4096}\n` }),
    e2fsck: () => ({}),
    resize2fs: () => ({}),
  })
  await withHost(script(1000), {}, async (host) => {
    expect(await growUnmounted(host, 'ext4', '/dev/sdb')).toBe(false)
    expect(host.calls).toEqual(['dumpe2fs -h /dev/sdb', 'blockdev --getsize64 /dev/sdb'])
  })
  await withHost(script(500), {}, async (host) => {
    expect(await growUnmounted(host, 'ext4', '/dev/sdb')).toBe(true)
    expect(host.calls.slice(2)).toEqual(['e2fsck -f -p /dev/sdb', 'resize2fs /dev/sdb'])
  })
  expect(() => parseDumpe2fs('')).toThrow(StorageError)
})

test('growing a mounted ext4 without the capability says what to do', async () => {
  await withHost({ resize2fs: () => ({ exitCode: 1, stderr: 'resize2fs: Permission denied to resize filesystem\n' }) }, {}, async (host) => {
    const error = await caught(growMounted(host, 'ext4', '/dev/sdb', '/mnt/x'))
    expect([error.kind, /SYS_RESOURCE/.test(error.message)]).toEqual(['precondition', true])
  })
  await withHost({ xfs_growfs: () => ({}) }, {}, async (host) => {
    await growMounted(host, 'xfs', '/dev/sdb', '/mnt/x')
    expect(host.calls).toEqual(['xfs_growfs /mnt/x'])
  })
})

const serialPage = (serial: string): Uint8Array => Uint8Array.from([0, 0x80, 0, serial.length, ...Buffer.from(serial)])
const sysfs = (name: string, serial: string, wwn: string): Record<string, string | Uint8Array> => ({
  [`/sys/block/${name}/size`]: '2048\n',
  [`/sys/block/${name}/device/vpd_pg80`]: serialPage(serial),
  [`/sys/block/${name}/device/wwid`]: `naa.${wwn}\n`,
  [`/sys/block/${name}/device/vendor`]: 'QEMU    \n',
  [`/dev/${name}`]: '',
})
const wwn = '5000c500a1b2c3d4'

test('a disk is found by its promised name, and the kernel has to confirm it', async () => {
  await withHost({}, { ...sysfs('sdb', 'stow-1', wwn), '/dev/disk/by-id/x': '' }, async (host) => {
    await host.files.symlink('../../sdb', '/dev/disk/by-id/wwn-0x5000c500a1b2c3d4')
    expect(await findDevice(host, { serial: 'stow-1', wwn: `0x${wwn}` }, { timeoutMs: 1000 })).toMatchObject({ path: '/dev/sdb', size: 1_048_576, serial: 'stow-1', vendor: 'QEMU' })
    const error = await caught(findDevice(host, { serial: 'stow-2', wwn: `0x${wwn}` }, { timeoutMs: 1000 }))
    expect(error.kind).toBe('unavailable')
    expect(error.message).toMatch(/leads to \/dev\/sdb with serial stow-1/)
  })
})

test('a disk without a serial is known by its WWN, or by its slot where its name is the default of that slot', async () => {
  const link = '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi3'
  const bare = { '/sys/block/sdb/size': '2048', '/dev/sdb': '', '/dev/disk/by-id/x': '', '/sys/class/scsi/2:0:0:3/x': '', '/sys/class/scsi/2:0:0:4/x': '' }
  const find = (files: Record<string, string>, wwnPromised?: string, address?: string): Promise<unknown> =>
    withHost({}, files, async (host) => {
      await host.files.symlink('../../sdb', link)
      if (wwnPromised !== undefined) await host.files.symlink('../../sdb', `/dev/disk/by-id/wwn-${wwnPromised}`)
      if (address !== undefined) await host.files.symlink(`../../class/scsi/${address}`, '/sys/block/sdb/device')
      return findDevice(host, { serial: 'drive-scsi3', ...(wwnPromised === undefined ? {} : { wwn: wwnPromised }) }, { timeoutMs: 300 })
    })
  expect(await find({ ...bare, '/sys/block/sdb/device/wwid': `naa.${wwn}` }, `0x${wwn}`)).toMatchObject({ path: '/dev/sdb' })
  await expect(find({ ...bare, '/sys/block/sdb/device/wwid': 'naa.5000c500ffffffff' }, `0x${wwn}`)).rejects.toThrow(/did not appear/)
  expect(await find(bare, undefined, '2:0:0:3')).toMatchObject({ path: '/dev/sdb', slot: 3 })
  await expect(find(bare, undefined, '2:0:0:4')).rejects.toThrow(/did not appear/)
})

test('udev may take its time', async () => {
  await withHost({}, sysfs('sdb', 'stow-1', wwn), async (host) => {
    host.clock.after(3000, () => {
      void host.files.makeDirectory('/dev/disk/by-id').then(() => host.files.symlink('../../sdb', '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_stow-1'))
    })
    const started = host.clock.monotonic()
    expect((await findDevice(host, { serial: 'stow-1' }, { timeoutMs: 10_000 })).name).toBe('sdb')
    expect(host.clock.monotonic() - started).toBeGreaterThanOrEqual(3000)
  })
})

test('a loop device is taken at its name only where a rig says so', async () => {
  await withHost({}, { '/sys/block/loop3/size': '2048', '/dev/loop3': '', '/dev/disk/by-id/x': '' }, async (host) => {
    await host.files.symlink('../../loop3', '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_s1')
    await caught(findDevice(host, { serial: 's1' }, { timeoutMs: 500 }))
    expect(await findDevice(host, { serial: 's1' }, { timeoutMs: 500, trustLoopDevices: true })).toMatchObject({ path: '/dev/loop3', serial: 's1' })
  })
})

test('links are looked for by WWN first, then by serial', () => {
  expect(byIdLinks({ serial: 's1', wwn: `0x${wwn}` })).toEqual([
    `/dev/disk/by-id/wwn-0x${wwn}`, '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_s1', '/dev/disk/by-id/scsi-SQEMU_QEMU_HARDDISK_s1',
  ])
})

test('sysfs is read: serial page, wwid, slot of both controller kinds', async () => {
  expect(parseSerialPage(serialPage('drive-scsi1'))).toBe('drive-scsi1')
  expect(parseSerialPage(Uint8Array.from([0, 0x83, 0, 1, 65]))).toBeUndefined()
  expect(parseWwid('t10.QEMU    QEMU HARDDISK')).toBeUndefined()
  expect([parseSlot('../../../2:0:3:0'), parseSlot('../../../5:0:0:3'), parseSlot(undefined)]).toEqual([3, 3, undefined])
  await withHost({}, { ...sysfs('sda', 'a', wwn), ...sysfs('sdb', 'b', wwn), '/sys/block/vda/size': '1' }, async (host) => {
    expect((await listScsiDisks(host)).map(({ name, serial }) => [name, serial])).toEqual([['sda', 'a'], ['sdb', 'b']])
  })
})

test('a filesystem that stops answering gives its last good value, and is not asked twice at once', async () => {
  await withHost({}, {}, async (host) => {
    let hangs = false
    let asked = 0
    const value = { totalBytes: 10, availableBytes: 5, usedBytes: 5, totalInodes: 1, freeInodes: 1 }
    const files = { ...host.files, filesystem: () => { asked += 1; return hangs ? new Promise<typeof value>(() => {}) : Promise.resolve(value) } }
    const reader = new StatisticsReader({ clock: host.clock, files })
    expect(await reader.read('/m', 1000)).toEqual({ ...value, ageMs: 0 })
    hangs = true
    expect((await reader.read('/m', 1000)).ageMs).toBeGreaterThanOrEqual(1000)
    await reader.read('/m', 1000)
    expect(asked).toBe(2)
    await expect(reader.read('/other', 1000)).rejects.toThrow(StorageError)
  })
})

test('sizes of directories are enforced only where the mount says so', async () => {
  const entry = { id: 1, parent: 0, device: '8:1', root: '/', mountPoint: '/data', options: ['rw'], optionalFields: [], source: '/dev/sda', superOptions: ['rw', 'prjquota'] }
  expect(quotaSupport({ ...entry, type: 'xfs', superOptions: ['rw'] })).toEqual({ enforced: false, why: 'xfs at /data is mounted without prjquota' })
  expect(quotaSupport({ ...entry, type: 'tmpfs' })).toMatchObject({ enforced: false })
  expect(quotaSupport(undefined)).toMatchObject({ enforced: false })
  const support = quotaSupport({ ...entry, type: 'xfs' })
  if (!support.enforced) throw new Error('xfs with prjquota enforces')
  await withHost({ xfs_quota: () => ({}), chattr: () => ({}), setquota: () => ({}) }, {}, async (host) => {
    await setDirectoryQuota(host, support, { directory: '/data/v1', project: 7, limit: 2048 })
    await setDirectoryQuota(host, { ...support, type: 'ext4' }, { directory: '/data/v1', project: 7, limit: 2049 })
    expect(host.calls).toEqual([
      'xfs_quota -x -c project -s -p /data/v1 7 /data', 'xfs_quota -x -c limit -p bhard=2048 7 /data',
      'chattr -R -p 7 +P /data/v1', 'setquota -P 7 0 3 0 0 /data',
    ])
  })
})

test('a read error other than the file being gone is not hidden', async () => {
  await withHost({}, { '/sys/block/sdb/size': '8' }, async (host) => {
    const files = { ...host.files, list: host.files.list.bind(host.files), read: () => Promise.reject(new FileFailure('EIO', '/sys')) }
    await expect(listScsiDisks({ files })).rejects.toThrow(FileFailure)
  })
})
