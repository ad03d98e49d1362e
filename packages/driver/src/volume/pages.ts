/** Pages of a list that is sorted by id. The token names the last id of the page before, so it outlives that volume's deletion. */
import { StorageError } from '@stowage/core'
import type { ListedVolume } from './backend.ts'

export interface Page {
  readonly items: readonly ListedVolume[]
  /** Empty after the last page. */
  readonly nextToken: string
}

const mark = 'after:'

/** Throws `busy` (ABORTED, as the spec has it) for a token that nobody gave out. */
export async function pageOf(list: () => Promise<readonly ListedVolume[]>, maxEntries: number, token: string): Promise<Page> {
  if (token !== '' && !token.startsWith(mark)) throw new StorageError('busy', `starting_token ${JSON.stringify(token)} was not given out by this driver; list again from the beginning`)
  const all = await list()
  const after = token.slice(mark.length)
  const rest = token === '' ? all : all.filter(({ volume }) => volume.id > after)
  const items = maxEntries === 0 ? rest : rest.slice(0, maxEntries)
  const last = items.at(-1)
  return { items, nextToken: items.length < rest.length && last !== undefined ? `${mark}${last.volume.id}` : '' }
}
