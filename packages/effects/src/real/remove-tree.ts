import { lstat, readFile, readdir, rmdir, unlink } from 'node:fs/promises'
import { FileFailure } from '../files.ts'
import { codeOf } from './failure-code.ts'

/**
 * Deletes a tree. Nothing is deleted when a filesystem is mounted at or under it (a bind mount of the same filesystem has the
 * same device number, so the mount table is asked as well), and symlinks are removed, not followed.
 */
export async function removeTree(path: string): Promise<void> {
  const root = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (root === undefined) return
  const mounted = await mountsUnder(path)
  if (mounted !== undefined) throw new FileFailure('EXDEV', path, `EXDEV: ${mounted} is a mount point, so nothing under ${path} was deleted`)
  if (!root.isDirectory()) return unlink(path)
  await refuseOtherDevices(path, root.dev)
  await remove(path, root.dev)
}

async function refuseOtherDevices(path: string, device: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const child = `${path}/${entry.name}`
    if ((await lstat(child)).dev !== device) throw new FileFailure('EXDEV', child, `EXDEV: ${child} is on another filesystem, so nothing under ${path} was deleted`)
    await refuseOtherDevices(child, device)
  }
}

async function remove(path: string, device: number): Promise<void> {
  const { dev } = await lstat(path)
  if (dev !== device) throw new FileFailure('EXDEV', path, `EXDEV: ${path} is on another filesystem`)
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = `${path}/${entry.name}`
    if (entry.isDirectory()) await remove(child, device)
    else await unlink(child)
  }
  await rmdir(path)
}

/** The first mount point at or under `path`, from /proc/self/mountinfo (proc(5), field 5, octal escapes); undefined without one. */
async function mountsUnder(path: string): Promise<string | undefined> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const clean = path.replace(/\/+$/, '')
  return table
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
    .find((point) => point === clean || point.startsWith(`${clean}/`))
}
