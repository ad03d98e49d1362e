/** `/proc/self/mountinfo`, as proc_pid_mountinfo(5) describes it. The one truth about mounts: never stat a mount point, it may hang. */
import { StorageError } from '@stowage/core'
import type { Host } from './program.ts'

export interface MountEntry {
  readonly id: number
  readonly parent: number
  /** `8:16`. */
  readonly device: string
  /** The path within the filesystem that forms the root of this mount; for a bind of a device node, the node: `/sdb`. */
  readonly root: string
  readonly mountPoint: string
  /** Of this mount: `rw`, `noatime`, … */
  readonly options: readonly string[]
  /** `shared:1`, `master:2`, … */
  readonly optionalFields: readonly string[]
  readonly type: string
  readonly source: string
  /** Of the filesystem: `rw`, `discard`, `prjquota`, … */
  readonly superOptions: readonly string[]
}

/** Throws `internal` for a line that is none: then nothing here may be trusted. */
export function parseMountinfo(text: string): readonly MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
}

function parseLine(line: string): MountEntry {
  const separator = line.indexOf(' - ')
  const [id, parent, device, root, mountPoint, options, ...optionalFields] = line.slice(0, Math.max(separator, 0)).split(' ')
  const [type, source, superOptions] = line.slice(separator + 3).split(' ')
  if (separator < 0 || device === undefined || root === undefined || mountPoint === undefined || options === undefined || type === undefined || source === undefined) {
    throw new StorageError('internal', `/proc/self/mountinfo has a line that cannot be read: ${JSON.stringify(line)}`)
  }
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    options: options.split(','),
    optionalFields: optionalFields.filter((field) => field !== ''),
    type: unescapeOctal(type),
    source: unescapeOctal(source),
    superOptions: (superOptions ?? '').split(',').map(unescapeOctal),
  }
}

/** The kernel writes blank, tab, newline and backslash as `\040 \011 \012 \134` (and `#` as `\043` in sources). */
export function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

export async function readMounts(host: Pick<Host, 'files'>): Promise<readonly MountEntry[]> {
  return parseMountinfo(await host.files.readText('/proc/self/mountinfo'))
}

/** The mount that is seen at a path: the last one on it. undefined when nothing is mounted exactly there. */
export function mountAt(mounts: readonly MountEntry[], path: string): MountEntry | undefined {
  const wanted = normalPath(path)
  return mounts.findLast(({ mountPoint }) => mountPoint === wanted)
}

/** The mount whose filesystem holds a path: the one with the longest mount point above it. */
export function mountHolding(mounts: readonly MountEntry[], path: string): MountEntry | undefined {
  const wanted = normalPath(path)
  const above = mounts.filter(({ mountPoint }) => mountPoint === '/' || wanted === mountPoint || wanted.startsWith(`${mountPoint}/`))
  return above.reduce<MountEntry | undefined>((best, entry) => (best === undefined || entry.mountPoint.length >= best.mountPoint.length ? entry : best), undefined)
}

/** All mounts of one device, by its path (`/dev/sdb`); binds of its filesystem included. */
export function mountsOf(mounts: readonly MountEntry[], device: string): readonly MountEntry[] {
  return mounts.filter(({ source }) => source === device)
}

export function isReadOnly({ options }: Pick<MountEntry, 'options'>): boolean {
  return options.includes('ro')
}

function normalPath(path: string): string {
  const normal = path.replaceAll(/\/+/g, '/').replace(/\/$/, '')
  return normal === '' ? '/' : normal
}
