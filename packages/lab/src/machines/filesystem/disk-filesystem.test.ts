import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Disk } from '../disk.ts'
import { createDisk } from '../sparse-disk.ts'
import type { BlockDevice } from './block-device.ts'
import { DamagedFilesystem } from './commit-log.ts'
import type { DiskFilesystem } from './disk-filesystem.ts'
import { makeFilesystem, openFilesystem } from './disk-filesystem.ts'
import { Errno } from './errno.ts'

const mib = 1024 ** 2
const uuid = '12345678-1234-4234-8234-123456789abc'

function deviceOf(disk: Disk): BlockDevice {
  return {
    name: 'sda', major: 8, minor: 0, readOnly: false,
    get size() {
      return disk.size
    },
    read: (offset, length) => disk.read(offset, length),
    write: (offset, bytes) => disk.write(offset, bytes),
    discard: (offset, length) => disk.discard(offset, length),
  }
}

function open(disk: Disk): DiskFilesystem {
  return openFilesystem(deviceOf(disk), { readOnly: false, now: () => 0, onDirty: () => {}, onForeignWrite: () => {} })
}

function made(type: 'ext4' | 'xfs', size = 512 * mib): Disk {
  const disk = createDisk(size)
  makeFilesystem(deviceOf(disk), { type, uuid, label: '', nowMs: 0, discard: true })
  return disk
}

/** Names and content of the files in the root. */
function contents(filesystem: DiskFilesystem): Record<string, string> {
  const { entries } = filesystem.inode(filesystem.root)
  return Object.fromEntries(
    [...entries].sort().flatMap(([name, number]) => {
      const inode = filesystem.inode(number)
      return inode.kind === 'file' ? [[name, Buffer.from(filesystem.read(inode, 0, inode.size)).toString('latin1')]] : []
    }),
  )
}

type Operation =
  | { readonly do: 'write'; readonly name: string; readonly offset: number; readonly text: string }
  | { readonly do: 'truncate'; readonly name: string; readonly size: number }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'rename'; readonly name: string; readonly to: string }

const name = fc.constantFrom('a', 'b', 'c')
const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('write' as const), name, offset: fc.integer({ min: 0, max: 9000 }), text: fc.string({ minLength: 1, maxLength: 6000 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, 'x')) }),
    fc.record({ do: fc.constant('truncate' as const), name, size: fc.integer({ min: 0, max: 9000 }) }),
    fc.record({ do: fc.constant('remove' as const), name }),
    fc.record({ do: fc.constant('rename' as const), name, to: name }),
  ),
  { maxLength: 12 },
)

function apply(filesystem: DiskFilesystem, operation: Operation): void {
  const { root } = filesystem
  const found = filesystem.lookup(root, operation.name)
  if (operation.do === 'write') return filesystem.write(found ?? filesystem.create(root, operation.name, { kind: 'file', mode: 0o644 }), operation.offset, Buffer.from(operation.text, 'latin1'))
  if (found === undefined) return
  if (operation.do === 'truncate') filesystem.truncate(found, operation.size)
  else if (operation.do === 'remove') filesystem.unlink(root, operation.name)
  else filesystem.rename(root, operation.name, root, operation.to)
}

function applyToModel(model: Map<string, string>, operation: Operation): void {
  const found = model.get(operation.name)
  if (operation.do === 'write') {
    const old = (found ?? '').padEnd(operation.offset + operation.text.length, '\0')
    model.set(operation.name, old.slice(0, operation.offset) + operation.text + old.slice(operation.offset + operation.text.length))
  } else if (found === undefined) return
  else if (operation.do === 'truncate') model.set(operation.name, found.slice(0, operation.size).padEnd(operation.size, '\0'))
  else {
    model.delete(operation.name)
    if (operation.do === 'rename') model.set(operation.to, found)
  }
}

for (const type of ['ext4', 'xfs'] as const) {
  test(`${type}: what was synced is on the disk, whatever came before; what came after is not`, () => {
    fc.assert(
      fc.property(fc.array(operations, { minLength: 1, maxLength: 5 }), operations, (synced, lost) => {
        const disk = made(type)
        const model = new Map<string, string>()
        let filesystem = open(disk)
        for (const batch of synced) {
          for (const operation of batch) {
            apply(filesystem, operation)
            applyToModel(model, operation)
          }
          filesystem.sync()
          expect(contents(filesystem)).toEqual(Object.fromEntries([...model].sort()))
          // Half of the times the machine goes down here; the other half it stays up.
          if (batch.length % 2 === 0) filesystem = open(disk)
        }
        for (const operation of lost) apply(filesystem, operation)
        const after = contents(open(disk))
        const overwritten = new Set(lost.flatMap((operation) => (operation.do === 'write' ? [operation.name] : [])))
        for (const [file, content] of model) if (!overwritten.has(file)) expect(after[file]).toBe(content)
        expect(Object.keys(after)).toEqual([...model.keys()].sort())
      }),
      { numRuns: 150, seed: 7 },
    )
  })
}

test('blocks of removed files are used again: a small disk takes a file a thousand times over', () => {
  const disk = made('ext4', 64 * mib)
  const filesystem = open(disk)
  for (let turn = 0; turn < 1000; turn += 1) {
    const file = filesystem.create(filesystem.root, 'f', { kind: 'file', mode: 0o644 })
    filesystem.write(file, 0, new Uint8Array(512 * 1024).fill(turn))
    filesystem.sync()
    filesystem.unlink(filesystem.root, 'f')
  }
  filesystem.sync()
  expect(filesystem.statfs().usedBytes).toBe(open(made('ext4', 64 * mib)).statfs().usedBytes)
  expect(disk.allocated).toBeLessThan(8 * mib)
})

test('trimming gives back what no file holds', () => {
  const disk = made('ext4')
  const filesystem = open(disk)
  filesystem.write(filesystem.create(filesystem.root, 'f', { kind: 'file', mode: 0o644 }), 0, new Uint8Array(32 * mib).fill(1))
  filesystem.sync()
  filesystem.unlink(filesystem.root, 'f')
  filesystem.sync()
  expect(disk.allocated).toBeGreaterThan(30 * mib)
  filesystem.trim()
  expect(disk.allocated).toBeLessThan(mib)
  filesystem.close()
  expect(contents(open(disk))).toEqual({})
})

test('a filesystem grows and keeps its files, and its copy is independent', () => {
  const disk = made('xfs')
  const filesystem = open(disk)
  filesystem.write(filesystem.create(filesystem.root, 'f', { kind: 'file', mode: 0o644 }), 0, Buffer.from('kept'))
  disk.resize(1024 * mib)
  filesystem.grow()
  filesystem.close()
  const copy = disk.copy()
  const other = open(copy)
  other.unlink(other.root, 'f')
  other.close()
  expect(contents(open(disk))).toEqual({ f: 'kept' })
  expect(contents(open(copy))).toEqual({})
  expect(open(disk).statfs().totalBytes).toBeGreaterThan(900 * mib)
})

test('bytes that were overwritten are noticed at the mount', () => {
  for (const at of [1024 + 0x38, 4096, 4100, 32768 + 12]) {
    const disk = made('ext4')
    disk.write(at, new Uint8Array([0xde, 0xad, 0xbe, 0xef]))
    expect(() => open(disk), `byte ${at}`).toThrow(DamagedFilesystem)
  }
})

test('a commit that the disk cannot store ends the filesystem, and the disk holds the last whole commit', () => {
  const disk = made('ext4')
  const filesystem = open(disk)
  const file = filesystem.create(filesystem.root, 'f', { kind: 'file', mode: 0o644 })
  filesystem.write(file, 0, Buffer.from('whole'))
  filesystem.sync()
  const full: BlockDevice['write'] = () => {
    throw new Errno('EIO')
  }
  const write = filesystem.device.write
  filesystem.device.write = full
  filesystem.create(filesystem.root, 'g', { kind: 'file', mode: 0o644 })
  expect(() => filesystem.sync()).toThrow(Errno)
  expect(() => filesystem.create(filesystem.root, 'h', { kind: 'file', mode: 0o644 })).toThrow('Read-only file system')
  filesystem.device.write = write
  expect(contents(open(disk))).toEqual({ f: 'whole' })
})
