import { StorageError } from '@stowage/core'
import type { ApiStatus } from './failures.ts'
import { failureOfStatus } from './failures.ts'
import type { KubernetesObject } from './objects.ts'

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: KubernetesObject }

type Line<T> = WatchEvent<T> | { readonly type: 'ERROR'; readonly object: ApiStatus }

/** The events of one watch answer, as they come. An ERROR event is thrown as the failure it carries. */
export async function* watchEvents<T>(what: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent<T>> {
  for await (const text of lines(body)) {
    const event = parse<T>(what, text)
    if (event.type === 'ERROR') throw failureOfStatus(what, event.object.code ?? 500, event.object)
    yield event
  }
}

/** A line cut off by the end of the connection is left out: the next watch begins before it. */
async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part.trim() !== '') yield part
  }
}

function parse<T>(what: string, text: string): Line<T> {
  try {
    const line: Line<T> = JSON.parse(text)
    return line
  } catch (error) {
    throw new StorageError('unavailable', `cannot ${what}: the server sent a line that is not JSON: ${text.slice(0, 200)}`, { cause: error })
  }
}
