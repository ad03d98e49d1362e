/** How full a filesystem is. A dead server must not hang the answer, so an old value with its age is better than none. */
import { StorageError } from '@stowage/core'
import { DeadlineExceeded, startDeadline, untilAborted, type FilesystemStat } from '@stowage/effects'
import type { Host } from './program.ts'

export interface Statistics extends FilesystemStat {
  /** Milliseconds since it was true; 0 for a fresh one. */
  readonly ageMs: number
}

interface Remembered {
  readonly value: FilesystemStat
  readonly atMs: number
}

/** Remembers the last good value of each path. */
export class StatisticsReader {
  readonly #host: Pick<Host, 'clock' | 'files'>
  readonly #remembered = new Map<string, Remembered>()
  /** Paths whose last question has not been answered yet: asking again would take up another of the few file threads. */
  readonly #waiting = new Set<string>()

  constructor(host: Pick<Host, 'clock' | 'files'>) {
    this.#host = host
  }

  /** Waits at most `timeoutMs`. Throws `unavailable` when there is no answer and no earlier value. */
  async read(path: string, timeoutMs: number): Promise<Statistics> {
    if (this.#waiting.has(path)) return this.#lastGood(path)
    const deadline = startDeadline(this.#host.clock, timeoutMs)
    try {
      return { ...(await untilAborted(this.#ask(path), deadline.signal)), ageMs: 0 }
    } catch (error) {
      if (error instanceof DeadlineExceeded) return this.#lastGood(path)
      throw error
    } finally {
      deadline.done()
    }
  }

  forget(path: string): void {
    this.#remembered.delete(path)
  }

  async #ask(path: string): Promise<FilesystemStat> {
    this.#waiting.add(path)
    try {
      const value = await this.#host.files.filesystem(path)
      this.#remembered.set(path, { value, atMs: this.#host.clock.monotonic() })
      return value
    } finally {
      this.#waiting.delete(path)
    }
  }

  #lastGood(path: string): Statistics {
    const remembered = this.#remembered.get(path)
    if (remembered === undefined) throw new StorageError('unavailable', `the filesystem at ${path} does not answer, and never has; its server or disk may be gone`)
    return { ...remembered.value, ageMs: this.#host.clock.monotonic() - remembered.atMs }
  }
}
