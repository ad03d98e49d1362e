/** A file in which what an apply makes up is written down before it is used, so that no backup is ever locked by a password that only one cluster knows. */
import { StorageError } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import type { Files } from '@stowage/effects'
import * as z from 'zod'

export interface EscrowedSecret {
  readonly namespace: string
  readonly name: string
  readonly key: string
  readonly value: string
}

export function escrowedValue(secrets: readonly EscrowedSecret[], { namespace, name, key }: Omit<EscrowedSecret, 'value'>): string | undefined {
  return secrets.find((each) => each.namespace === namespace && each.name === name && each.key === key)?.value
}

const schema = z.object({
  kind: z.literal('StowageEscrow'),
  /** The cluster's API server. */
  server: z.string(),
  writtenAt: z.string(),
  note: z.string(),
  secrets: z.array(z.object({ namespace: z.string(), name: z.string(), key: z.string(), value: z.string() })),
})

const note = 'Keep this away from the cluster and from the repository. Without it, backups cannot be restored after the cluster is lost.'

/** What an earlier run that was interrupted has put there; undefined when there is no such file. Throws `invalid` for a file that is something else, or of another cluster. */
export async function readEscrow(files: Files, path: string, server: string): Promise<readonly EscrowedSecret[] | undefined> {
  const text = await files.readText(path).catch((error: unknown) => {
    if (error instanceof FileFailure && error.code === 'ENOENT') return undefined
    throw new StorageError('invalid', `cannot read the escrow file ${path}: ${error instanceof FileFailure ? error.code : String(error)}`, { cause: error })
  })
  if (text === undefined) return undefined
  if (text === '') throw new StorageError('invalid', `${path} is there already and is empty: another apply is about to write it, or was stopped right before; nothing was made with it yet, so delete it when no other apply is at work, and apply again`)
  const parsed = schema.safeParse(jsonOf(text))
  if (!parsed.success) throw new StorageError('invalid', `${path} is there already and is no escrow file of Stowage; name another file, it is never overwritten`)
  if (parsed.data.server !== server) throw new StorageError('invalid', `${path} is there already and was written for the cluster at ${parsed.data.server}, not for ${server}; name another file, it is never overwritten`)
  return parsed.data.secrets
}

/**
 * Written whole and flushed to the disk before this returns; only its owner may read it. Throws `exists` for a file that is there. The empty file
 * takes the name first, so that of two applies at once only one goes on, and never replaces what the other has written down and used.
 */
export async function writeEscrow(files: Files, path: string, server: string, writtenAt: string, secrets: readonly EscrowedSecret[]): Promise<void> {
  const content = `${JSON.stringify({ kind: 'StowageEscrow', server, writtenAt, note, secrets: [...secrets] } satisfies z.infer<typeof schema>, undefined, 2)}\n`
  try {
    await files.createFile(path, 0o600)
    await files.writeAtomic(path, content, 0o600).catch(async (error: unknown) => {
      await files.removeFile(path).catch(() => {})
      throw error
    })
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error
    if (error.code === 'EEXIST') throw new StorageError('exists', `${path} has appeared while this ran; it is not overwritten`, { cause: error })
    throw new StorageError('unavailable', `cannot write the escrow file ${path}: ${error.code}; nothing was made with what would be in it`, { cause: error })
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
