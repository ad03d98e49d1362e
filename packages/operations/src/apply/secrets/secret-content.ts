/** Where the content of the plan's Secrets comes from: environment, files, or made up and put in escrow. Content is never told. */
import { FileFailure } from '@stowage/effects'
import type { Files, Random } from '@stowage/effects'
import { StorageError, isStorageError } from '@stowage/core'
import type { SecretSource } from '@stowage/module'
import { escrowedValue, readEscrow } from './escrow.ts'
import type { EscrowedSecret } from './escrow.ts'

export interface SecretAccess {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly files: Files
  readonly random: Random
  /** Where files of the plan are looked for when their path is not absolute. */
  readonly directory: string
  /** Absolute path of a file that is not there yet; needed for what is made up. */
  readonly escrow?: string
}

/** One Secret with all its keys. */
export interface SecretGroup {
  readonly namespace: string
  readonly name: string
  readonly sources: readonly SecretSource[]
}

export function groupSecrets(sources: readonly SecretSource[]): readonly SecretGroup[] {
  const groups = new Map<string, SecretSource[]>()
  for (const source of sources) {
    const key = `${source.namespace}/${source.name}`
    groups.set(key, [...(groups.get(key) ?? []), source])
  }
  return [...groups.values()].flatMap((of) => (of[0] === undefined ? [] : [{ namespace: of[0].namespace, name: of[0].name, sources: of }]))
}

/** What is in the way of making a Secret, one sentence for each key. */
export async function missingSources({ namespace, name, sources }: SecretGroup, access: SecretAccess | undefined, server: string): Promise<readonly string[]> {
  const faults = await Promise.all(sources.map((source) => faultOf(source, access, server)))
  return faults.flatMap((fault) => (fault === undefined ? [] : [`Secret ${namespace}/${name}: ${fault}`]))
}

async function faultOf(wanted: SecretSource, access: SecretAccess | undefined, server: string): Promise<string | undefined> {
  const { key, source, reason } = wanted
  if (access === undefined) return `this apply has no access to where ${key} comes from`
  if (source.from === 'environment') return (access.environment[source.variable] ?? '') === '' ? `environment variable ${source.variable} is not set (${key}: ${reason})` : undefined
  if (source.from === 'file') return (await readFile(source.path, access)).fault
  if (access.escrow === undefined) return `${key} is to be made up (${reason}), and who loses it cannot restore a backup: say where it is to be written down, --escrow FILE, and keep that file away from the cluster`
  try {
    const before = await readEscrow(access.files, access.escrow, server)
    return before === undefined || escrowedValue(before, wanted) !== undefined ? undefined : `${access.escrow} is there already and does not hold ${key}; name another file, it is never overwritten`
  } catch (error) {
    if (isStorageError(error)) return error.message
    throw error
  }
}

/** The content of each key, base64. `escrowed`: what is made up, in a file already. Throws when a source has gone since it was looked at. */
export async function contentOf({ sources }: SecretGroup, access: SecretAccess, escrowed: readonly EscrowedSecret[]): Promise<Readonly<Record<string, string>>> {
  const data: Record<string, string> = {}
  for (const source of sources) data[source.key] = base64(await bytesOf(source, access, escrowed))
  return data
}

async function bytesOf(wanted: SecretSource, access: SecretAccess, escrowed: readonly EscrowedSecret[]): Promise<Uint8Array> {
  const { source, namespace, name, key } = wanted
  if (source.from === 'file') {
    const { content, fault } = await readFile(source.path, access)
    if (content === undefined) throw new StorageError('invalid', `Secret ${namespace}/${name}: ${fault ?? ''}`)
    return content
  }
  const text = source.from === 'generate' ? escrowedValue(escrowed, wanted) : access.environment[source.variable]
  if (text === undefined || text === '') throw new StorageError('invalid', `Secret ${namespace}/${name}: there is nothing any more for ${key}`)
  return new TextEncoder().encode(text)
}

async function readFile(path: string, { files, directory }: SecretAccess): Promise<{ readonly content?: Uint8Array; readonly fault?: string }> {
  const absolute = path.startsWith('/') ? path : `${directory}/${path}`
  try {
    const content = await files.read(absolute)
    return content.length === 0 ? { fault: `file ${absolute} is empty` } : { content }
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error
    return { fault: `file ${absolute} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}` }
  }
}

/** 256 bits, in letters that no shell and no YAML takes for something else. */
export function makeUp(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
