/** A watch as a stream of JSON lines: what is kept of the past, then changes as they come, bookmarks between. */
import type { Cancel, Clock } from '@stowage/effects'

export interface WatchStreamOptions {
  readonly clock: Clock
  /** Starts the source; what it pushes is sent in order. */
  readonly start: (push: (line: string) => void, end: () => void) => Cancel
  /** Called about once a minute where the client allows bookmarks. */
  readonly bookmark: (() => string) | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

const bookmarkEveryMs = 60_000

/** Starts at once (so that faults are thrown here); ends when the client leaves, at the time-out, or when the signal aborts. */
export function watchStream(options: WatchStreamOptions): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  const lines: string[] = []
  let wake: (() => void) | undefined
  let ended = false
  const notify = (): void => {
    wake?.()
    wake = undefined
  }
  const push = (line: string): void => {
    lines.push(line)
    notify()
  }
  let stop: Cancel = () => {}
  const end = (): void => {
    if (ended) return
    ended = true
    stop()
    options.signal?.removeEventListener('abort', end)
    notify()
  }
  const stopSource = options.start(push, end)
  const stopBookmarks = everyBookmark(options, push)
  const stopTimeout = options.clock.after(options.timeoutMs, end)
  stop = () => {
    stopSource()
    stopBookmarks()
    stopTimeout()
  }
  if (ended) stop()
  options.signal?.addEventListener('abort', end, { once: true })
  return drain()

  async function* drain(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (lines.length > 0) yield encoder.encode(lines.splice(0).join(''))
        else if (ended) return
        else await new Promise<void>(resolve => { wake = resolve })
      }
    } finally {
      end()
    }
  }
}

function everyBookmark(options: WatchStreamOptions, push: (line: string) => void): Cancel {
  const { bookmark, clock } = options
  if (bookmark === undefined) return () => {}
  let cancel: Cancel = () => {}
  const schedule = (): void => {
    cancel = clock.after(bookmarkEveryMs, () => {
      push(bookmark())
      schedule()
    })
  }
  schedule()
  return () => cancel()
}
