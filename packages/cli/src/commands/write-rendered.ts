/** Writes rendered files into a directory: atomically, inside it, and never over a file that somebody else made or edited. */
import { dirname, join, relative, resolve, sep } from 'node:path'
import { StorageError } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import { fileMarkBegins, type EncodedFile } from '@stowage/module'
import { UsageError } from '../output/exit-code.ts'
import type { Terminal } from '../output/terminal.ts'
import { manifestName, readManifest, sha256, writeManifest, type RenderedManifest } from './rendered-manifest.ts'

export interface Rendering {
  readonly format: string
  /** Name of the declaration. */
  readonly declaration: string
  readonly files: readonly EncodedFile[]
  /** Files to write although they were edited, as they are named in the refusal. */
  readonly overwrite: readonly string[]
}

/** Where a path stands, and what is there now. */
interface Place {
  readonly path: string
  readonly target: string
  /** undefined: nothing is there. `other`: a link, a directory, or something below one. */
  readonly now: { readonly content: string; readonly mode: number } | 'other' | undefined
}

type Wanted = Place & EncodedFile

/** Everything is looked at before anything is written. Returns one line for each file. Throws `precondition` for foreign and for edited files. */
export async function writeRendered(rendering: Rendering, out: string, { cwd, files }: Terminal): Promise<readonly string[]> {
  const directory = resolve(cwd, out)
  await refuseNoDirectory(directory, out, files)
  const known = await readManifest(directory, files)
  refuseOtherContent(rendering, known, out)
  const wanted = await Promise.all(rendering.files.map(async (file): Promise<Wanted> => ({ ...file, ...(await placeOf(directory, file.path, files)) })))
  const stale = await stalePlaces(directory, new Set(wanted.map(({ path }) => path)), known, files)
  refuseForeign(wanted.filter((place) => isForeign(place, known)), out)
  refuseEdited([...wanted, ...stale], known, rendering.overwrite, { out, cwd })
  await writeAll(directory, rendering, wanted, known, files)
  for (const { target } of stale) await removeWithFolders(directory, target, files)
  return [
    ...wanted.map((place) => `${isWritten(place) ? 'unchanged' : 'written  '} ${join(out, place.path)}`),
    ...stale.map(({ path }) => `removed   ${join(out, path)} (nothing of the plan is in it any more)`),
  ]
}

/** What is there of the way must be directories (a link to one is fine: it was named on the command line). */
async function refuseNoDirectory(directory: string, out: string, files: Terminal['files']): Promise<void> {
  let there = directory
  for (; (await kindOf(there, files)) === undefined && dirname(there) !== there; there = dirname(there));
  const kind = await kindOf(there, files)
  if (kind !== 'directory') throw new UsageError(`--out ${out}: ${there} is a ${kind ?? 'path that is not there'}, not a directory`)
}

/** Of what a path leads to; undefined when nothing is there, or when something on the way is no directory. */
async function kindOf(path: string, files: Terminal['files']): Promise<string | undefined> {
  try {
    const stat = await files.stat(path)
    return stat?.kind === 'symlink' ? (await files.stat(await files.realpath(path)))?.kind : stat?.kind
  } catch (error) {
    if (error instanceof FileFailure && (error.code === 'ENOTDIR' || error.code === 'ENOENT')) return undefined
    throw error
  }
}

/** Two declarations, or two formats, in one folder would remove each other's files. */
function refuseOtherContent({ format, declaration }: Rendering, known: RenderedManifest | undefined, out: string): void {
  if (known === undefined || (known.format === format && known.declaration === declaration)) return
  throw new StorageError('precondition', `nothing was written: ${out} holds ${known.declaration} rendered as ${known.format}, not ${declaration} as ${format}; use another directory for it, or remove this one first`)
}

function isForeign({ path, now, content }: Wanted, known: RenderedManifest | undefined): boolean {
  if (now === undefined || now === 'other') return now === 'other'
  return known?.files[path] === undefined && known?.pending?.[path] === undefined && now.content !== content && !bearsMark(now.content)
}

function refuseForeign(foreign: readonly Place[], out: string): void {
  if (foreign.length === 0) return
  const [be, them] = foreign.length === 1 ? ['was', 'it'] : ['were', 'them']
  throw new StorageError('precondition', `nothing was written: ${foreign.map(({ path }) => join(out, path)).join(', ')} ${be} not made by stowage; move ${them} away, or use another directory`)
}

function refuseEdited(places: readonly (Place & Partial<EncodedFile>)[], known: RenderedManifest | undefined, overwrite: readonly string[], { out, cwd }: { readonly out: string; readonly cwd: string }): void {
  const allowed = new Set(overwrite.flatMap((name) => [resolve(cwd, name), resolve(cwd, out, name)]))
  const unknown = overwrite.find((name) => !places.some(({ target }) => target === resolve(cwd, name) || target === resolve(cwd, out, name)))
  if (unknown !== undefined) throw new UsageError(`--overwrite ${unknown}: no such file is rendered into ${out}`)
  const edited = places.filter((place) => isEdited(place, known) && !allowed.has(place.target))
  if (edited.length === 0) return
  const names = edited.map(({ path }) => `  ${join(out, path)}`).join('\n')
  const [be, first] = edited.length === 1 ? ['this file was', 'it'] : ['these files were', 'them']
  const flags = edited.map(({ path }) => `--overwrite ${join(out, path)}`).join(' ')
  throw new StorageError('precondition', `nothing was written: ${be} edited since stowage wrote ${first}:\n${names}\nmove what was edited into the declaration or into an overlay of your own, or give it up with ${flags}`, {
    details: { edited: edited.map(({ path }) => path) },
  })
}

/** Another content than what was written, and than what would be. */
function isEdited({ path, now, content }: Place & Partial<EncodedFile>, known: RenderedManifest | undefined): boolean {
  const hashes = [known?.files[path], known?.pending?.[path]].filter((hash) => hash !== undefined)
  if (hashes.length === 0 || now === undefined || now === 'other' || now.content === content) return false
  // A checkout on Windows may have changed the ends of lines: nobody's edit.
  return !hashes.includes(sha256(now.content)) && !hashes.includes(sha256(now.content.replaceAll('\r\n', '\n')))
}

/** The list is written first and last: a render that is cut off does not look like an edit. */
async function writeAll(directory: string, { format, declaration }: Rendering, wanted: readonly Wanted[], known: RenderedManifest | undefined, files: Terminal['files']): Promise<void> {
  const made = Object.fromEntries(wanted.map(({ path, content }) => [path, sha256(content)]))
  const changed = wanted.filter((place) => !isWritten(place))
  await files.makeDirectory(directory)
  if (changed.length > 0) await writeManifest(directory, { format, declaration, files: known?.files ?? {}, pending: made }, files)
  for (const { target, content, mode } of changed) {
    await files.makeDirectory(dirname(target))
    await files.writeAtomic(target, content, mode)
  }
  if (changed.length > 0 || !sameHashes(known?.files, made)) await writeManifest(directory, { format, declaration, files: made }, files)
}

function isWritten({ now, content, mode = 0 }: Wanted): boolean {
  return typeof now === 'object' && now.content === content && (now.mode & mode & 0o111) === (mode & 0o111)
}

function sameHashes(one: Readonly<Record<string, string>> = {}, other: Readonly<Record<string, string>>): boolean {
  return Object.keys(one).length === Object.keys(other).length && Object.entries(other).every(([path, hash]) => one[path] === hash)
}

/** In the first lines, behind whatever begins a comment in that kind of file. */
function bearsMark(content: string): boolean {
  const mark = fileMarkBegins.replace(/^# /, '')
  return content.split('\n', 3).some((line) => line.replace(/^\s*(?:#|<!--|\{\{- \/\*|"\/\/": ")\s*/, '').startsWith(mark))
}

/** A link or a directory in the place of a file, or a link on the way to it, counts as somebody else's. */
async function placeOf(directory: string, path: string, files: Terminal['files']): Promise<Place> {
  const target = contained(directory, path)
  for (let folder = dirname(target); folder !== directory; folder = dirname(folder)) {
    const stat = await files.stat(folder)
    if (stat !== undefined && stat.kind !== 'directory') return { path, target, now: 'other' }
  }
  const stat = await files.stat(target)
  if (stat === undefined) return { path, target, now: undefined }
  return { path, target, now: stat.kind === 'file' ? { content: await files.readText(target), mode: stat.mode } : 'other' }
}

function contained(directory: string, path: string): string {
  const target = resolve(directory, path)
  if (!target.startsWith(directory.endsWith(sep) ? directory : directory + sep)) {
    throw new StorageError('internal', `${path} is outside ${directory}: nothing was written; report this with the declaration and ${manifestName}`)
  }
  return target
}

/** What was rendered earlier and is not any more, in the list or, before there was one, in the numbered files: tools would go on applying it. */
async function stalePlaces(directory: string, wanted: ReadonlySet<string>, known: RenderedManifest | undefined, files: Terminal['files']): Promise<readonly Place[]> {
  if ((await files.stat(directory)) === undefined) return []
  const listed = Object.keys({ ...known?.files, ...known?.pending }).filter((path) => !wanted.has(path))
  const numbered = (await files.list(directory)).filter((name) => /^\d+-[a-z]+\.yaml$/.test(name) && !wanted.has(name) && !listed.includes(name))
  const places = await Promise.all([...listed, ...numbered].map((path) => placeOf(directory, path, files)))
  return places.filter(({ path, now }) => typeof now === 'object' && (listed.includes(path) || bearsMark(now.content)))
}

/** Folders that are empty now go, too. */
async function removeWithFolders(directory: string, target: string, files: Terminal['files']): Promise<void> {
  await files.removeFile(target)
  for (let folder = dirname(target); folder !== directory && relative(directory, folder) !== ''; folder = dirname(folder)) {
    if ((await files.list(folder)).length > 0) return
    await files.removeDirectory(folder)
  }
}
