/** Writes rendered files into a directory: atomically, inside it, and never over a file that somebody else made. */
import { join, relative, resolve, sep } from 'node:path'
import { StorageError } from '@stowage/core'
import { fileMark, type EncodedFile } from '@stowage/module'
import type { Terminal } from '../output/terminal.ts'

/** Everything is looked at before anything is written. Returns one line for each file. Throws `precondition` for foreign files. */
export async function writeRendered(made: readonly EncodedFile[], out: string, { cwd, files }: Terminal): Promise<readonly string[]> {
  const directory = resolve(cwd, out)
  const wanted = made.map((file) => ({ ...file, content: marked(file.content), target: contained(directory, file.path) }))
  const before = new Map(await Promise.all(wanted.map(async ({ target }) => [target, await contentOf(target, files)] as const)))
  const foreign = wanted.filter(({ target }) => before.get(target)?.startsWith(fileMark) === false)
  if (foreign.length > 0) {
    const names = foreign.map(({ path }) => join(out, path)).join(', ')
    throw new StorageError('precondition', `nothing was written: ${names} ${foreign.length === 1 ? 'was' : 'were'} not made by stowage; move ${foreign.length === 1 ? 'it' : 'them'} away, or use another directory`)
  }
  const stale = await staleFiles(directory, new Set(wanted.map(({ target }) => target)), files)
  await files.makeDirectory(directory)
  for (const { target, content } of wanted) if (before.get(target) !== content) await files.writeAtomic(target, content)
  for (const path of stale) await files.removeFile(path)
  return [
    ...wanted.map(({ path, target, content }) => `${before.get(target) === content ? 'unchanged' : 'written  '} ${join(out, path)}`),
    ...stale.map((path) => `removed   ${join(out, relative(directory, path))} (nothing of the plan is in it any more)`),
  ]
}

function marked(content: string): string {
  return content.startsWith(fileMark) ? content : `${fileMark}\n${content}`
}

function contained(directory: string, path: string): string {
  const target = resolve(directory, path)
  if (!target.startsWith(directory.endsWith(sep) ? directory : directory + sep)) {
    throw new StorageError('internal', `an encoding wants to write ${path}, which is outside ${directory}; report this with the declaration`)
  }
  return target
}

/** undefined when nothing is there; a link or a directory counts as somebody else's. */
async function contentOf(path: string, files: Terminal['files']): Promise<string | undefined> {
  const stat = await files.stat(path)
  if (stat === undefined) return undefined
  return stat.kind === 'file' ? files.readText(path) : ''
}

/** Numbered files of an earlier rendering whose phase is empty now: kubectl would go on applying them. */
async function staleFiles(directory: string, wanted: ReadonlySet<string>, files: Terminal['files']): Promise<readonly string[]> {
  if ((await files.stat(directory)) === undefined) return []
  const names = (await files.list(directory)).filter((name) => /^\d+-[a-z]+\.yaml$/.test(name))
  const mine = await Promise.all(names.map(async (name) => ({ path: join(directory, name), content: await contentOf(join(directory, name), files) })))
  return mine.filter(({ path, content }) => !wanted.has(path) && content?.startsWith(fileMark) === true).map(({ path }) => path)
}
