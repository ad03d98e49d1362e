/** What a container wrote, kept for `kubectl logs`. */
import type { Cancel, Clock } from '@stowage/effects'
import type { LogLine, LogStream } from '../api/pod-streams.ts'

const keptLines = 10_000

export class ContainerLog {
  readonly #clock: Clock
  readonly #lines: LogLine[] = []
  readonly #followers = new Set<(line: LogLine | undefined) => void>()
  #ended = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  write(text: string): void {
    if (this.#ended) return
    const line = { time: nanoTimestamp(this.#clock), text }
    this.#lines.push(line)
    if (this.#lines.length > keptLines) this.#lines.splice(0, this.#lines.length - keptLines)
    for (const follower of [...this.#followers]) follower(line)
  }

  end(): void {
    this.#ended = true
    for (const follower of [...this.#followers]) follower(undefined)
    this.#followers.clear()
  }

  stream(): LogStream {
    return { lines: [...this.#lines], follow: (listener) => this.#follow(listener) }
  }

  #follow(listener: (line: LogLine | undefined) => void): Cancel {
    if (this.#ended) return this.#clock.after(0, () => listener(undefined))
    this.#followers.add(listener)
    return () => this.#followers.delete(listener)
  }
}

function nanoTimestamp(clock: Clock): string {
  const micros = Math.round(clock.now() * 1000)
  const seconds = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().replace('.000Z', '')
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}000Z`
}
