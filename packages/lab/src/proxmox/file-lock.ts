import type { Clock } from '@stowage/effects'
import { died } from './schema/failure.ts'

/** A lock that processes wait for in turn, and give up waiting for after a while. */
export class FileLock {
  private readonly clock: Clock
  private readonly timeoutMs: number
  private readonly onTimeout: string
  private held = false
  private readonly waiting: (() => void)[] = []

  /** `onTimeout`: what Proxmox dies with after `timeoutMs` of waiting. */
  constructor(clock: Clock, timeoutMs: number, onTimeout: string) {
    this.clock = clock
    this.timeoutMs = timeoutMs
    this.onTimeout = onTimeout
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.take()
    try {
      return await work()
    } finally {
      release()
    }
  }

  /** Resolves with the release; rejects when the wait was too long. */
  async take(): Promise<() => void> {
    if (this.held) await this.wait()
    this.held = true
    let released = false
    return () => {
      if (released) return
      released = true
      this.pass()
    }
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        cancel()
        resolve()
      }
      const cancel = this.clock.after(this.timeoutMs, () => {
        this.waiting.splice(this.waiting.indexOf(turn), 1)
        reject(died(this.onTimeout))
      })
      this.waiting.push(turn)
    })
  }

  /** The next in line holds it from here on, so that nobody slips in between. */
  private pass(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.held = false
    else next()
  }
}
