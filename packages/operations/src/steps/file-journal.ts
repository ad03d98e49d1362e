import { StorageError } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import type { Files } from '@stowage/effects'
import { parseJournal } from './journal.ts'
import type { Journal } from './journal.ts'

/** A journal in a file, written whole each time. Its directory must exist. */
export function fileJournal(files: Files, path: string): Journal {
  return {
    read: async () => {
      const text = await files.readText(path).catch((error: unknown) => {
        if (error instanceof FileFailure && error.code === 'ENOENT') return undefined
        throw error
      })
      if (text === undefined) return undefined
      try {
        return parseJournal(text, path)
      } catch (error) {
        throw new StorageError('invalid', `the journal ${path} cannot be read; move it away when no run is under way`, { cause: error })
      }
    },
    write: (record) => files.writeAtomic(path, `${JSON.stringify(record, undefined, 2)}\n`, 0o600),
  }
}
