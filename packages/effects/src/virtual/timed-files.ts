import type { Files } from '../files.ts'
import type { Hops } from './hops.ts'
import type { Life } from './life.ts'

/** `files` with an event before each call takes effect: nothing happens when the process dies before it. */
export function timedFiles(hops: Hops, life: Life, files: Files): Files {
  const timed = <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) => (...args: A): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      if (!life.alive) return
      hops.hop('file', () => {
        if (!life.alive) return
        work(...args).then(
          (value) => life.alive && resolve(value),
          (error: unknown) => life.alive && reject(error as Error),
        )
      })
    })
  return {
    read: timed((path) => files.read(path)),
    readText: timed((path) => files.readText(path)),
    readAt: timed((path, offset, length) => files.readAt(path, offset, length)),
    writeAtomic: timed((path, content, mode) => files.writeAtomic(path, content, mode)),
    createFile: timed((path, mode) => files.createFile(path, mode)),
    list: timed((path) => files.list(path)),
    stat: timed((path) => files.stat(path)),
    realpath: timed((path) => files.realpath(path)),
    readlink: timed((path) => files.readlink(path)),
    symlink: timed((target, path) => files.symlink(target, path)),
    makeDirectory: timed((path, mode) => files.makeDirectory(path, mode)),
    rename: timed((from, to) => files.rename(from, to)),
    removeFile: timed((path) => files.removeFile(path)),
    removeDirectory: timed((path) => files.removeDirectory(path)),
    removeTree: timed((path) => files.removeTree(path)),
    chmod: timed((path, mode) => files.chmod(path, mode)),
    chown: timed((path, uid, gid) => files.chown(path, uid, gid)),
    filesystem: timed((path) => files.filesystem(path)),
  }
}
