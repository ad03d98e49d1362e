/**
 * A volume is `<root>/<name>/`, which holds `volume.json` (the proof that it is ours) and `data/` (what pods see). It comes and goes by rename, so that it
 * is there whole or not at all: `<root>/.new-<name>` and `<root>/.gone-<name>` are its way in and out.
 */
import { Size, StorageError } from '@stowage/core'
import { FileFailure, type Files } from '@stowage/effects'

export interface Marker {
  readonly name: string
  readonly size: Size
  /** Whether the filesystem holds it to that size. */
  readonly enforced: boolean
}

export interface Places {
  readonly whole: string
  readonly data: string
  readonly marker: string
  readonly coming: string
  readonly going: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/

/** Throws `invalid` for a name that could reach outside the root. */
export function placesOf(root: string, name: string): Places {
  if (!namePattern.test(name)) throw new StorageError('invalid', `${JSON.stringify(name)} cannot name a directory of a volume`)
  const whole = `${root}/${name}`
  return { whole, data: `${whole}/data`, marker: `${whole}/volume.json`, coming: `${root}/.new-${name}`, going: `${root}/.gone-${name}` }
}

/** The volume whose data directory this is, or undefined when the path lies elsewhere. */
export function nameOfData(root: string, path: string): string | undefined {
  const inside = path.startsWith(`${root}/`) ? path.slice(root.length + 1).split('/') : []
  const [name, data, ...more] = inside
  return name !== undefined && data === 'data' && more.length === 0 && namePattern.test(name) ? name : undefined
}

/** undefined when there is no such directory. Throws `precondition` for one that is not ours, or not where it says. */
export async function readMarker(files: Files, root: string, name: string): Promise<Marker | undefined> {
  const { whole, marker } = placesOf(root, name)
  const stat = await files.stat(whole)
  if (stat === undefined) return undefined
  if (stat.kind !== 'directory') throw notOurs(whole, `it is a ${stat.kind}`)
  if ((await files.realpath(whole)) !== `${await files.realpath(root)}/${name}`) throw notOurs(whole, 'it leads somewhere else')
  return parseMarker(whole, name, await readTextOr(files, marker))
}

export function writeMarker(files: Files, path: string, { name, size, enforced }: Marker): Promise<void> {
  return files.writeAtomic(path, `${JSON.stringify({ driver: 'stowage', name, bytes: size.bytes.toString(), enforced })}\n`, 0o600)
}

async function readTextOr(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readText(path)
  } catch (error) {
    if (error instanceof FileFailure && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parseMarker(whole: string, name: string, text: string | undefined): Marker {
  if (text === undefined) throw notOurs(whole, 'it has no volume.json')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw notOurs(whole, 'its volume.json cannot be read', cause)
  }
  const { driver, name: marked, bytes, enforced }: { driver?: unknown; name?: unknown; bytes?: unknown; enforced?: unknown } = typeof value === 'object' && value !== null ? value : {}
  if (driver !== 'stowage' || marked !== name || typeof bytes !== 'string' || !/^\d+$/.test(bytes)) throw notOurs(whole, 'its volume.json is of something else')
  return { name, size: Size.bytes(BigInt(bytes)), enforced: enforced === true }
}

function notOurs(path: string, why: string, cause?: unknown): StorageError {
  return new StorageError('precondition', `the directory ${path} is not a volume of this driver: ${why}. It is left alone; move it away if the name is needed`, { cause })
}
