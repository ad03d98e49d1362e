import type { Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { FileFailure } from '../files.ts'
import type { FileKind, FileStat, Files } from '../files.ts'
import { DirectReader } from './direct-read.ts'
import { codeOf } from './failure-code.ts'
import { removeTree } from './remove-tree.ts'
import { writeAtomic } from './write-atomic.ts'

const maxRead = 16 * 1024 * 1024

export function realFiles(): Files {
  const direct = new DirectReader()
  const read = (path: string): Promise<Uint8Array> => at(path, () => readBounded(path))
  return {
    read,
    readText: async (path) => new TextDecoder().decode(await read(path)),
    readAt: (path, offset, length) => at(path, () => readExactly(direct, path, offset, length)),
    writeAtomic: (path, content, mode) => at(path, () => writeAtomic(path, content, mode)),
    createFile: (path, mode = 0o644) => at(path, async () => (await fs.open(path, 'wx', mode)).close()),
    list: (path) => at(path, async () => (await fs.readdir(path)).sort()),
    stat: (path) => at(path, () => statOf(path)),
    realpath: (path) => at(path, () => fs.realpath(path)),
    readlink: (path) => at(path, () => fs.readlink(path)),
    symlink: (target, path) => at(path, () => fs.symlink(target, path)),
    makeDirectory: (path, mode = 0o755) => at(path, async () => void (await fs.mkdir(path, { recursive: true, mode }))),
    rename: (from, to) => at(from, () => fs.rename(from, to)),
    removeFile: (path) => at(path, () => fs.unlink(path)),
    removeDirectory: (path) => at(path, () => fs.rmdir(path)),
    removeTree: (path) => at(path, () => removeTree(path)),
    chmod: (path, mode) => at(path, () => fs.chmod(path, mode)),
    chown: (path, uid, gid) => at(path, () => fs.chown(path, uid, gid)),
    filesystem: (path) =>
      at(path, async () => {
        const { bsize, blocks, bfree, bavail, files, ffree } = await fs.statfs(path)
        return { totalBytes: blocks * bsize, availableBytes: bavail * bsize, usedBytes: (blocks - bfree) * bsize, totalInodes: files, freeInodes: ffree }
      }),
  }
}

/** Translates Node's errors at the border. */
async function at<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (!path.startsWith('/')) throw new FileFailure('EINVAL', path, `EINVAL: ${path} is not an absolute path`)
  try {
    return await work()
  } catch (error) {
    if (error instanceof FileFailure) throw error
    throw new FileFailure(codeOf(error), path, error instanceof Error ? error.message : String(error), error)
  }
}

/** Files of /proc and /sys say size 0, so the end is where reading ends. */
async function readBounded(path: string): Promise<Uint8Array> {
  const file = await fs.open(path, 'r')
  try {
    const chunks: Uint8Array[] = []
    let length = 0
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, null)
      if (bytesRead === 0) return Buffer.concat(chunks)
      length += bytesRead
      if (length > maxRead) throw new FileFailure('EFBIG', path, `EFBIG: ${path} is larger than ${maxRead} bytes`)
      chunks.push(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

async function readExactly(direct: DirectReader, path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await direct.read(path, offset, length)
  if (bytes.length < length) throw new FileFailure('EIO', path, `EIO: only ${bytes.length} of ${length} bytes at ${offset} of ${path}`)
  return bytes
}

async function statOf(path: string): Promise<FileStat | undefined> {
  const stats = await fs.lstat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined
    throw error
  })
  if (stats === undefined) return undefined
  const { size, mode, uid, gid, mtimeMs, dev, ino } = stats
  return { kind: kindOf(stats), size, mode: mode & 0o7777, uid, gid, modifiedMs: mtimeMs, device: dev, inode: ino }
}

function kindOf(stats: Stats): FileKind {
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symlink'
  if (stats.isBlockDevice()) return 'block'
  if (stats.isCharacterDevice()) return 'character'
  if (stats.isSocket()) return 'socket'
  if (stats.isFIFO()) return 'fifo'
  return 'file'
}
