import { describe, expect, test } from 'vitest'
import { FileFailure } from '../files.ts'
import type { Files } from '../files.ts'

type FilesRig = (body: (files: Files, root: string) => Promise<void>) => Promise<void>

/** `root`: an existing, empty directory. */
export function filesContract(name: string, rig: FilesRig): void {
  describe(`files: ${name}`, () => {
    readingAndWriting(rig)
    treesAndLinks(rig)
    failures(rig)
  })
}

function readingAndWriting(rig: FilesRig): void {
  test('what was written is read back, and a second write replaces the first', () =>
    rig(async (files, root) => {
      await files.writeAtomic(`${root}/a`, 'one', 0o600)
      await files.writeAtomic(`${root}/a`, 'zwei ü', 0o640)
      expect(await files.readText(`${root}/a`)).toBe('zwei ü')
      expect(await files.stat(`${root}/a`)).toMatchObject({ kind: 'file', size: 7, mode: 0o640 })
      expect(await files.list(root)).toEqual(['a'])
    }))

  test('bytes survive', () =>
    rig(async (files, root) => {
      const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 7) % 256)
      await files.writeAtomic(`${root}/b`, bytes)
      expect(Buffer.compare(await files.read(`${root}/b`), bytes)).toBe(0)
    }))

  test('readAt gives exactly the bytes asked for, at any offset', () =>
    rig(async (files, root) => {
      const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31 + (index >> 8)) % 256)
      await files.writeAtomic(`${root}/disk`, bytes)
      for (const [offset, length] of [[0, 512], [4_095, 2], [1_048_570, 20], [100, 2_500_000], [2_999_990, 10]] as const) {
        expect(Buffer.compare(await files.readAt(`${root}/disk`, offset, length), bytes.subarray(offset, offset + length)), `${offset}+${length}`).toBe(0)
      }
      await expect(files.readAt(`${root}/disk`, 2_999_990, 11)).rejects.toMatchObject({ code: 'EIO' })
    }))

  test('createFile creates once', () =>
    rig(async (files, root) => {
      await files.createFile(`${root}/c`)
      expect((await files.stat(`${root}/c`))?.size).toBe(0)
      await expect(files.createFile(`${root}/c`)).rejects.toMatchObject({ code: 'EEXIST' })
    }))

  test('the filesystem has room, and says how much', () =>
    rig(async (files, root) => {
      const { totalBytes, availableBytes, usedBytes } = await files.filesystem(root)
      expect(totalBytes).toBeGreaterThan(0)
      expect(availableBytes + usedBytes).toBeLessThanOrEqual(totalBytes)
    }))
}

function treesAndLinks(rig: FilesRig): void {
  test('directories are made with their parents, and again without complaint', () =>
    rig(async (files, root) => {
      await files.makeDirectory(`${root}/x/y/z`)
      await files.makeDirectory(`${root}/x/y/z`)
      expect(await files.list(`${root}/x/y`)).toEqual(['z'])
      expect((await files.stat(`${root}/x`))?.kind).toBe('directory')
    }))

  test('links are seen as links, and followed when read', () =>
    rig(async (files, root) => {
      await files.makeDirectory(`${root}/d`)
      await files.writeAtomic(`${root}/d/file`, 'through')
      await files.symlink('d/file', `${root}/link`)
      expect((await files.stat(`${root}/link`))?.kind).toBe('symlink')
      expect(await files.readlink(`${root}/link`)).toBe('d/file')
      expect(await files.readText(`${root}/link`)).toBe('through')
      expect(await files.realpath(`${root}/link`)).toBe(await files.realpath(`${root}/d/file`))
    }))

  test('rename moves, and replaces a file', () =>
    rig(async (files, root) => {
      await files.writeAtomic(`${root}/from`, 'new')
      await files.writeAtomic(`${root}/to`, 'old')
      await files.rename(`${root}/from`, `${root}/to`)
      expect(await files.list(root)).toEqual(['to'])
      expect(await files.readText(`${root}/to`)).toBe('new')
    }))

  test('removeTree deletes a tree and leaves what its symlinks point at', () =>
    rig(async (files, root) => {
      await files.makeDirectory(`${root}/tree/deep`)
      await files.writeAtomic(`${root}/tree/deep/file`, '1')
      await files.writeAtomic(`${root}/kept`, 'precious')
      await files.makeDirectory(`${root}/keptDirectory`)
      await files.writeAtomic(`${root}/keptDirectory/file`, 'precious')
      await files.symlink(`${root}/kept`, `${root}/tree/deep/link`)
      await files.symlink(`${root}/keptDirectory`, `${root}/tree/directoryLink`)
      await files.removeTree(`${root}/tree`)
      expect(await files.list(root)).toEqual(['kept', 'keptDirectory'])
      expect(await files.list(`${root}/keptDirectory`)).toEqual(['file'])
      await files.removeTree(`${root}/tree`)
    }))

  test('only an empty directory can be removed', () =>
    rig(async (files, root) => {
      await files.makeDirectory(`${root}/d/e`)
      await expect(files.removeDirectory(`${root}/d`)).rejects.toMatchObject({ code: 'ENOTEMPTY' })
      await files.removeDirectory(`${root}/d/e`)
      await files.removeDirectory(`${root}/d`)
      expect(await files.list(root)).toEqual([])
    }))

  test('modes can be changed', () =>
    rig(async (files, root) => {
      await files.makeDirectory(`${root}/d`)
      await files.chmod(`${root}/d`, 0o2770)
      expect((await files.stat(`${root}/d`))?.mode).toBe(0o2770)
    }))
}

function failures(rig: FilesRig): void {
  test('what is not there is undefined for stat and ENOENT for the rest', () =>
    rig(async (files, root) => {
      expect(await files.stat(`${root}/nothing`)).toBeUndefined()
      for (const work of [files.read, files.list, files.removeFile, files.readlink, files.realpath, files.filesystem]) {
        const failure = await work(`${root}/nothing`).catch((error: unknown) => error)
        expect(failure).toBeInstanceOf(FileFailure)
        expect(failure).toMatchObject({ code: 'ENOENT' })
      }
    }))

  test('a directory is not a file, and a file is not a directory', () =>
    rig(async (files, root) => {
      await files.writeAtomic(`${root}/f`, '')
      await expect(files.read(root)).rejects.toMatchObject({ code: 'EISDIR' })
      await expect(files.list(`${root}/f`)).rejects.toMatchObject({ code: 'ENOTDIR' })
      expect(await files.stat(`${root}/f/below`)).toBeUndefined()
    }))

  test('a relative path is refused', () =>
    rig(async (files) => {
      await expect(files.read('relative')).rejects.toMatchObject({ code: 'EINVAL' })
    }))
}
