import { HttpFailure } from '../http.ts'
import type { Hops } from './hops.ts'

/** Chunks that may be under way or unread before the sender is held back. */
const window = 16

export interface CarriedBody {
  readonly body: AsyncIterable<Uint8Array>
  /** Ends the reading with an error; what has not been read is lost. */
  fail(error: unknown): void
}

interface Reader {
  resolve(result: IteratorResult<Uint8Array>): void
  reject(error: unknown): void
}

/**
 * Carries a body from the one that serves it to the one that reads it, an event a chunk, in order.
 * `onClose` is called once: when all was read, when the reader left, or when the carrying failed.
 */
export function carryBody(hops: Hops, source: AsyncIterable<Uint8Array>, onClose: (complete: boolean) => void): CarriedBody {
  const arrived: Uint8Array[] = []
  const readers: Reader[] = []
  const iterator = source[Symbol.asyncIterator]()
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let release: (() => void) | undefined
  let closed = false

  const close = (complete: boolean): void => {
    if (closed) return
    closed = true
    release?.()
    if (!complete) void iterator.return?.()
    onClose(complete)
  }
  const finished = (): void => {
    for (const reader of readers.splice(0)) {
      if (failure === undefined) reader.resolve({ done: true, value: undefined })
      else reader.reject(failure.error)
    }
  }
  const fail = (error: unknown): void => {
    if (ended || closed) return
    ended = true
    failure = { error }
    arrived.length = 0
    close(false)
    finished()
  }
  const arrive = (chunk: Uint8Array | undefined): void => {
    if (ended || closed) return
    if (chunk === undefined) {
      ended = true
      close(true)
      return finished()
    }
    const reader = readers.shift()
    if (reader === undefined) arrived.push(chunk)
    else reader.resolve({ done: false, value: chunk })
  }
  const carried = (chunk: Uint8Array | undefined): Promise<void> =>
    new Promise((resolve) => {
      hops.hop('http', () => {
        arrive(chunk)
        resolve()
      })
    })
  const pump = async (): Promise<void> => {
    for (;;) {
      const next = await iterator.next()
      if (closed) return
      await carried(next.done === true ? undefined : next.value)
      if (arrived.length >= window && !closed) await new Promise<void>((resolve) => (release = resolve))
      if (closed) return
    }
  }
  pump().catch((error: unknown) => fail(new HttpFailure('answer', 'ECONNRESET', 'the connection broke before the whole answer was there', error)))

  const next = (): Promise<IteratorResult<Uint8Array>> => {
    const chunk = arrived.shift()
    if (arrived.length < window) release?.()
    if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk })
    if (failure !== undefined) return Promise.reject(failure.error as Error)
    if (ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => readers.push({ resolve, reject }))
  }
  const leave = (): Promise<IteratorResult<Uint8Array>> => {
    ended = true
    arrived.length = 0
    close(false)
    finished()
    return Promise.resolve({ done: true, value: undefined })
  }
  return { body: { [Symbol.asyncIterator]: () => ({ next, return: leave }) }, fail }
}
