/** mount(8) and umount(8). The exit code 32 means many things, so mountinfo has the last word. */
import { StorageError } from '@stowage/core'
import { mountAt, readMounts } from './mountinfo.ts'
import { programError, runOrThrow, runProgram, saidBy, timeouts, type Host } from './program.ts'

export interface MountRequest {
  /** `/dev/sdb`. */
  readonly device: string
  /** An existing directory. */
  readonly target: string
  readonly type: 'ext4' | 'xfs'
  readonly options: readonly string[]
}

/** Throws `internal` with mount's own words. */
export async function mountDevice(host: Host, { device, target, type, options }: MountRequest): Promise<void> {
  await runOrThrow(host, 'mount', ['-t', type, ...(options.length === 0 ? [] : ['-o', options.join(',')]), device, target], timeouts.mount)
}

/** A directory onto a directory, or a file or device onto a file. A read-only bind takes a second step; if that fails, the first is undone. */
export async function bindMount(host: Host, source: string, target: string, options: { readonly readOnly: boolean }): Promise<void> {
  await runOrThrow(host, 'mount', ['--bind', source, target], timeouts.mount)
  if (!options.readOnly) return
  try {
    await runOrThrow(host, 'mount', ['-o', 'remount,bind,ro', target], timeouts.mount)
  } catch (cause) {
    await runProgram(host, 'umount', [target], timeouts.mount)
    throw cause
  }
}

export interface UnmountOptions {
  /** After a plain umount: `-f`, then `-l`. For servers that are gone; never for a disk that may still be written. */
  readonly evenIfDead?: boolean
}

/**
 * Nothing is mounted at `target` afterwards, not even a second mount on the same path; nothing being mounted there before is fine.
 * Throws `busy` while a process uses it.
 */
export async function unmount(host: Host, target: string, { evenIfDead = false }: UnmountOptions = {}): Promise<void> {
  const attempts: readonly (readonly string[])[] = evenIfDead ? [[target], ['-f', target], ['-l', target]] : [[target]]
  while (mountAt(await readMounts(host), target) !== undefined) await unmountOnce(host, target, attempts)
}

async function unmountOnce(host: Host, target: string, attempts: readonly (readonly string[])[]): Promise<void> {
  const before = mountAt(await readMounts(host), target)
  const failures: StorageError[] = []
  for (const args of attempts) {
    const result = await runProgram(host, 'umount', args, timeouts.mount)
    if (mountAt(await readMounts(host), target)?.id !== before?.id) return
    failures.push(result.stderr.includes('busy') ? busyError(target, saidBy(result)) : programError('umount', args, result))
  }
  throw failures.at(-1) ?? busyError(target, 'no attempt was made')
}

function busyError(target: string, said: string): StorageError {
  return new StorageError('busy', `cannot unmount ${target}: a process still uses it (${said})`, { details: { target } })
}
