import { VirtualWorld } from '@stowage/effects/virtual'
import type { Effects } from '@stowage/effects'
import { filesContract } from '@stowage/effects/contract/files'
import { programsContract } from '@stowage/effects/contract/programs'
import { expect, test } from 'vitest'
import type { PluggedDisk } from './disk.ts'
import type { Machine } from './machine.ts'
import { createMachine } from './machine.ts'
import { createDisk } from './sparse-disk.ts'

const gib = 1024 ** 3
const systemUuid = '11111111-2222-4333-8444-555555555555'

async function inWorld(body: (rig: { machine: Machine; effects: Effects; other: Machine }) => Promise<void>): Promise<void> {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('test')
  const make = (name: string): Machine => createMachine({ name, clock: effects.clock, random: effects.random, systemUuid })
  await world.run(() => body({ machine: make('k1'), other: make('k2'), effects }))
}

function disk(size: number, serial = 'drive-scsi1', more: Partial<PluggedDisk> = {}): PluggedDisk {
  return { disk: createDisk(size), serial, vendor: 'QEMU', product: 'QEMU HARDDISK', readOnly: false, discard: true, rotational: true, ...more }
}

async function run(machine: Machine, program: string, ...args: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return await machine.programs.run({ program, args, timeoutMs: 60_000 })
}

async function mounted(machine: Machine, effects: Effects, plugged: PluggedDisk, type = 'ext4'): Promise<void> {
  await machine.hardware.plug('scsi1', plugged)
  await effects.clock.sleep(500)
  await machine.files.makeDirectory('/mnt/data')
  await machine.files.syncAll()
  expect(await run(machine, `mkfs.${type}`, '-q', '/dev/sda')).toMatchObject({ exitCode: 0, stdout: '' })
  expect(await run(machine, 'mount', '-t', type, '/dev/sda', '/mnt/data')).toMatchObject({ exitCode: 0 })
}

filesContract('a machine of the lab', (body) => inWorld(async ({ machine }) => {
  await machine.files.makeDirectory('/srv/contract')
  await body(machine.files, '/srv/contract')
}))

programsContract('a machine of the lab', (body) => inWorld(({ machine, effects }) => body({ programs: machine.programs, clock: effects.clock })))

test('a plugged disk shows as a device with its identity after a while', () =>
  inWorld(async ({ machine, effects }) => {
    await machine.hardware.plug('scsi1', disk(gib, 'drive-scsi1', { wwn: '0x5000c500a1b2c3d4' }))
    expect(await machine.files.list('/sys/block')).toEqual([])
    await effects.clock.sleep(500)
    expect(await machine.files.list('/sys/block')).toEqual(['sda'])
    expect(await machine.files.readText('/sys/block/sda/size')).toBe(`${gib / 512}\n`)
    expect(await machine.files.realpath('/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi1')).toBe('/dev/sda')
    expect(await machine.files.realpath('/dev/disk/by-id/wwn-0x5000c500a1b2c3d4')).toBe('/dev/sda')
    expect(await machine.files.readText('/sys/block/sda/device/wwid')).toBe('naa.5000c500a1b2c3d4\n')
    expect(new TextDecoder().decode((await machine.files.read('/sys/block/sda/device/vpd_pg80')).subarray(4))).toBe('drive-scsi1')
    expect(await machine.files.readlink('/sys/block/sda/device')).toBe('../../../2:0:0:1')
    expect((await machine.files.readText('/sys/class/dmi/id/product_uuid')).trim()).toBe(systemUuid)
  }))

test('a blank, a missing and an unreadable device all answer blkid exit code 2', () =>
  inWorld(async ({ machine, effects }) => {
    await machine.hardware.plug('scsi1', disk(gib))
    await effects.clock.sleep(500)
    expect(await run(machine, 'blkid', '-p', '-o', 'export', '/dev/sda')).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await run(machine, 'blkid', '-p', '-o', 'export', '/dev/sdz')).toMatchObject({ exitCode: 2, stdout: '' })
    machine.failDevice('scsi1', (operation) => operation === 'read')
    expect(await run(machine, 'blkid', '-p', '-o', 'export', '/dev/sda')).toMatchObject({ exitCode: 2, stdout: '' })
    await expect(machine.files.readAt('/dev/sda', 0, 4096)).rejects.toMatchObject({ code: 'EIO' })
  }))

for (const type of ['ext4', 'xfs']) {
  test(`files on ${type} move with their disk to another machine`, () =>
    inWorld(async ({ machine, other, effects }) => {
      const plugged = disk(gib)
      await mounted(machine, effects, plugged, type)
      await machine.files.writeAtomic('/mnt/data/hello', 'across machines')
      expect((await run(machine, 'blkid', '-p', '-o', 'export', '/dev/sda')).stdout).toContain(`TYPE=${type}\n`)
      expect(await machine.hardware.unplug('scsi1')).toBe('busy')
      expect(await run(machine, 'umount', '/mnt/data')).toMatchObject({ exitCode: 0 })
      expect(await machine.hardware.unplug('scsi1')).toBe('released')
      expect(await machine.files.list('/sys/block')).toEqual([])

      await other.hardware.plug('scsi4', { ...plugged, serial: 'drive-scsi4' })
      await effects.clock.sleep(500)
      await other.files.makeDirectory('/mnt/moved')
      await run(other, 'mount', '/dev/sda', '/mnt/moved')
      expect(await other.files.readText('/mnt/moved/hello')).toBe('across machines')
    }))

  test(`what was not synced is lost in a crash on ${type}, what was synced is kept`, () =>
    inWorld(async ({ machine, effects }) => {
      await mounted(machine, effects, disk(gib), type)
      await machine.files.writeAtomic('/mnt/data/synced', 'kept')
      await machine.files.write('/mnt/data/loose', new TextEncoder().encode('lost'), 0)
      expect(await machine.files.readText('/mnt/data/loose')).toBe('lost')
      machine.crash()
      await expect(machine.files.readText('/mnt/data/synced')).rejects.toMatchObject({ code: 'EIO' })
      machine.boot()
      expect(await run(machine, 'mount', '/dev/sda', '/mnt/data')).toMatchObject({ exitCode: 0 })
      expect(await machine.files.readText('/mnt/data/synced')).toBe('kept')
      expect((await machine.files.stat('/mnt/data/loose'))?.size ?? 0).toBe(0)
    }))

  test(`${type} grows to its device while it is mounted`, () =>
    inWorld(async ({ machine, effects }) => {
      const plugged = disk(gib)
      await mounted(machine, effects, plugged, type)
      const before = (await machine.files.filesystem('/mnt/data')).totalBytes
      plugged.disk.resize(2 * gib)
      machine.hardware.resized('scsi1')
      await effects.clock.sleep(500)
      expect(await machine.files.readText('/sys/block/sda/size')).toBe(`${(2 * gib) / 512}\n`)
      const grow = type === 'ext4' ? await run(machine, 'resize2fs', '/dev/sda') : await run(machine, 'xfs_growfs', '/mnt/data')
      expect(grow.exitCode).toBe(0)
      expect((await machine.files.filesystem('/mnt/data')).totalBytes).toBeGreaterThan(before * 1.9)
    }))
}

test('unsynced writes reach the disk by themselves after half a minute', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    await machine.files.write('/mnt/data/loose', new TextEncoder().encode('kept'), 0)
    await effects.clock.sleep(31_000)
    machine.crash()
    machine.boot()
    await run(machine, 'mount', '/dev/sda', '/mnt/data')
    expect(await machine.files.readText('/mnt/data/loose')).toBe('kept')
  }))

test('after five seconds a crash leaves names, after thirty their data too', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    await machine.files.write('/mnt/data/loose', new TextEncoder().encode('lost'), 0)
    await effects.clock.sleep(6_000)
    machine.crash()
    machine.boot()
    await run(machine, 'mount', '/dev/sda', '/mnt/data')
    expect((await machine.files.stat('/mnt/data/loose'))?.size).toBe(0)
  }))

test('a full filesystem answers ENOSPC, and room comes back when a file goes', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(64 * 1024 ** 2))
    const chunk = new Uint8Array(1024 ** 2).fill(7)
    const fill = async (): Promise<void> => {
      for (let at = 0; ; at += chunk.length) await machine.files.write('/mnt/data/big', chunk, at)
    }
    await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC' })
    expect((await machine.files.filesystem('/mnt/data')).availableBytes).toBe(0)
    await machine.files.removeFile('/mnt/data/big')
    expect((await machine.files.filesystem('/mnt/data')).availableBytes).toBeGreaterThan(40 * 1024 ** 2)
  }))

test('a disk that its pool can no longer store answers EIO at fsync', () =>
  inWorld(async ({ machine, effects }) => {
    const plugged = disk(gib)
    await mounted(machine, effects, plugged)
    plugged.disk.onAllocate = (bytes) => {
      if (bytes > 0) throw new Error('the pool is full')
    }
    await machine.files.write('/mnt/data/big', new Uint8Array(1024 ** 2).fill(1), 0)
    await expect(machine.files.sync('/mnt/data/big')).rejects.toMatchObject({ code: 'EIO' })
  }))

test('a filesystem that was overwritten or cut does not mount, and fsck says so', () =>
  inWorld(async ({ machine, effects }) => {
    const plugged = disk(gib)
    await mounted(machine, effects, plugged)
    await machine.files.writeAtomic('/mnt/data/a', 'b')
    await run(machine, 'umount', '/mnt/data')
    plugged.disk.write(32768, new Uint8Array(64).fill(0xaa))
    const broken = await run(machine, 'mount', '/dev/sda', '/mnt/data')
    expect(broken).toMatchObject({ exitCode: 32 })
    expect(broken.stderr).toContain('wrong fs type, bad option, bad superblock on /dev/sda')
    expect(await run(machine, 'e2fsck', '-p', '/dev/sda')).toMatchObject({ exitCode: 4 })
    plugged.disk.resize(gib / 2)
    expect(await run(machine, 'mount', '/dev/sda', '/mnt/data')).toMatchObject({ exitCode: 32 })
  }))

test('e2fsck -p replays the journal after a crash, and then the filesystem is clean', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    machine.crash()
    machine.boot()
    expect((await run(machine, 'resize2fs', '/dev/sda')).stderr).toContain("Please run 'e2fsck -f /dev/sda' first.")
    expect((await run(machine, 'e2fsck', '-p', '/dev/sda')).stdout).toContain('recovering journal')
    expect((await run(machine, 'e2fsck', '-p', '/dev/sda')).stdout).toMatch(/^\/dev\/sda: clean, 11\/65536 files/)
  }))

test('two machines that mount one disk for writing damage it, and both are seen using it', () =>
  inWorld(async ({ machine, other, effects }) => {
    const plugged = disk(gib)
    await mounted(machine, effects, plugged)
    await other.hardware.plug('scsi1', plugged)
    await effects.clock.sleep(500)
    await run(other, 'mount', '/dev/sda', '/mnt')
    expect([...machine.disksInUse(), ...other.disksInUse()].filter((use) => use.disk === plugged.disk && !use.readOnly)).toHaveLength(2)
    await machine.files.writeAtomic('/mnt/data/a', 'from k1')
    await expect(other.files.writeAtomic('/mnt/b', 'from k2')).rejects.toMatchObject({ code: 'EIO' })
    await run(other, 'umount', '/mnt')
    expect(await run(other, 'e2fsck', '-p', '/dev/sda')).toMatchObject({ exitCode: 4 })
  }))

test('a held file makes umount answer that the target is busy', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    const close = await machine.files.hold('/mnt/data')
    expect(await run(machine, 'umount', '/mnt/data')).toMatchObject({ exitCode: 32, stderr: 'umount: /mnt/data: target is busy.\n' })
    close()
    expect(await run(machine, 'umount', '/mnt/data')).toMatchObject({ exitCode: 0 })
    expect(await run(machine, 'umount', '/mnt/data')).toMatchObject({ exitCode: 32, stderr: 'umount: /mnt/data: not mounted.\n' })
    expect(await run(machine, 'umount', '/mnt/none')).toMatchObject({ exitCode: 32, stderr: 'umount: /mnt/none: no mount point specified.\n' })
  }))

test('mountinfo shows mounts, binds and read-only binds as the kernel does', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    await machine.files.makeDirectory('/mnt/data/inner')
    await machine.files.makeDirectory('/mnt/bound here')
    await machine.files.createFile('/mnt/raw')
    await run(machine, 'mount', '--bind', '/mnt/data/inner', '/mnt/bound here')
    await run(machine, 'mount', '-o', 'remount,bind,ro', '/mnt/bound here')
    await run(machine, 'mount', '--bind', '/dev/sda', '/mnt/raw')
    const lines = (await machine.files.readText('/proc/self/mountinfo')).split('\n')
    expect(lines.at(-4)).toMatch(/^\d+ 21 8:0 \/ \/mnt\/data rw,relatime shared:\d+ - ext4 \/dev\/sda rw$/)
    expect(lines.at(-3)).toMatch(/^\d+ 21 8:0 \/inner \/mnt\/bound\\040here ro,relatime shared:\d+ - ext4 \/dev\/sda rw$/)
    expect(lines.at(-2)).toMatch(/^\d+ 21 0:5 \/sda \/mnt\/raw rw,nosuid,relatime shared:\d+ - devtmpfs udev rw$/)
    await expect(machine.files.writeAtomic('/mnt/bound here/x', '')).rejects.toMatchObject({ code: 'EROFS' })
    await machine.files.writeAtomic('/mnt/data/inner/x', 'seen')
    expect(await machine.files.readText('/mnt/bound here/x')).toBe('seen')
    expect((await machine.files.readAt('/mnt/raw', 1024 + 0x38, 2))[0]).toBe(0x53)
    await expect(machine.files.removeFile('/mnt/raw')).rejects.toMatchObject({ code: 'EBUSY' })
  }))

test('mkfs.xfs refuses what holds a filesystem, mkfs.ext4 overwrites it, and neither touches what is mounted', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    expect((await run(machine, 'mkfs.ext4', '-q', '/dev/sda')).stderr).toContain('/dev/sda is mounted; will not make a filesystem here!')
    await run(machine, 'umount', '/mnt/data')
    expect((await run(machine, 'mkfs.xfs', '-q', '/dev/sda')).stderr).toContain('appears to contain an existing filesystem (ext4)')
    expect(await run(machine, 'mkfs.ext4', '-q', '/dev/sda')).toMatchObject({ exitCode: 0 })
    expect(await run(machine, 'mkfs.ext4', '-Z', '/dev/sda')).toMatchObject({ exitCode: 1 })
  }))

test('the numbers of an empty filesystem are those that were measured on real ones', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(10 * gib))
    expect(await machine.files.filesystem('/mnt/data')).toEqual({ totalBytes: 2554693 * 4096, availableBytes: (2554687 - 131072 - 4096) * 4096, usedBytes: 6 * 4096, totalInodes: 655360, freeInodes: 655349 })
  }))

test('mkfs.ext4 -m 0 leaves more to others, and what it does not take is refused', () =>
  inWorld(async ({ machine, effects }) => {
    await machine.hardware.plug('scsi1', disk(10 * gib))
    await effects.clock.sleep(500)
    expect(await run(machine, 'mkfs.ext4', '-q', '-b', '512', '/dev/sda')).toMatchObject({ exitCode: 1, stderr: 'mkfs.ext4: invalid block size - 512\n' })
    expect(await run(machine, 'mkfs.xfs', '-q', '-b', 'foo=1', '/dev/sda')).toMatchObject({ exitCode: 1 })
    expect(await run(machine, 'mkfs.ext4', '-q', '-m', '0', '/dev/sda')).toMatchObject({ exitCode: 0 })
    await run(machine, 'mount', '/dev/sda', '/mnt')
    expect((await machine.files.filesystem('/mnt')).availableBytes).toBe((2554687 - 4096) * 4096)
    expect((await run(machine, 'dumpe2fs', '-h', '/dev/sda')).stdout).toMatch(/Block count: +2621440\nReserved block count: +0\nBlock size: +4096\n/)
  }))

test('a pulled disk answers EIO and can still be unmounted', () =>
  inWorld(async ({ machine, effects }) => {
    await mounted(machine, effects, disk(gib))
    machine.pull('scsi1')
    await expect(machine.files.writeAtomic('/mnt/data/x', 'y')).rejects.toMatchObject({ code: 'EIO' })
    expect(await run(machine, 'umount', '/mnt/data')).toMatchObject({ exitCode: 0 })
  }))

test('faults make a program fail after its effect, or hang until it is killed', () =>
  inWorld(async ({ machine }) => {
    machine.faults.program = (one) => (one.program === 'mount' ? { kind: 'fail', exitCode: 32, stderr: 'lost', after: true } : undefined)
    expect(await run(machine, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt')).toMatchObject({ exitCode: 32 })
    expect(await machine.files.readText('/proc/mounts')).toContain('tmpfs /mnt tmpfs')
    machine.faults.program = () => ({ kind: 'stuck' })
    await expect(run(machine, 'umount', '/mnt')).rejects.toMatchObject({ reason: 'stuck' })
  }))
