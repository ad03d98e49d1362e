/** What was written into a rendered folder: `.stowage-rendered`, path → SHA-256. It tells files that somebody edited from those that nobody did. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { StorageError } from '@stowage/core'
import type { Terminal } from '../output/terminal.ts'

/** Not *.json: kubectl and Argo CD would take it for a manifest of Kubernetes. */
export const manifestName = '.stowage-rendered'

export interface RenderedManifest {
  /** `argocd`: one folder holds one format. */
  readonly format: string
  /** Of the declaration: one folder holds one. */
  readonly declaration: string
  readonly files: Readonly<Record<string, string>>
  /** What a render was about to write when it was cut off. */
  readonly pending?: Readonly<Record<string, string>>
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** undefined when the folder was never rendered into. Throws `precondition` for a file that is not what was written. */
export async function readManifest(directory: string, files: Terminal['files']): Promise<RenderedManifest | undefined> {
  const path = join(directory, manifestName)
  const stat = await files.stat(path)
  if (stat === undefined) return undefined
  const manifest = stat.kind === 'file' ? manifestIn(await files.readText(path)) : undefined
  if (manifest === undefined) {
    throw new StorageError('precondition', `nothing was written: ${path} does not say what was rendered here; restore it from the repository, or remove it and the files that were made by stowage`)
  }
  return manifest
}

export async function writeManifest(directory: string, manifest: RenderedManifest, files: Terminal['files']): Promise<void> {
  const sorted = (map: Readonly<Record<string, string>>): object => Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const { format, declaration, pending } = manifest
  const value = { '//': 'Made by stowage: what it wrote here, so that edits are noticed. Keep it beside the files.', format, declaration, files: sorted(manifest.files), ...(pending === undefined ? {} : { pending: sorted(pending) }) }
  await files.writeAtomic(join(directory, manifestName), `${JSON.stringify(value, undefined, 2)}\n`)
}

function manifestIn(text: string): RenderedManifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('files' in value) || !('format' in value) || !('declaration' in value)) return undefined
  const { format, declaration, files } = value
  const pending = 'pending' in value ? value.pending : {}
  if (typeof format !== 'string' || typeof declaration !== 'string' || !isHashes(files) || !isHashes(pending)) return undefined
  return { format, declaration, files, pending }
}

function isHashes(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')
}
