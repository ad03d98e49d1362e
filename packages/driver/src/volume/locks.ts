/** One operation at a time on each volume: taken in one synchronous step, held until the operation's fate is known. */
import { StorageError } from '@stowage/core'
import { untilAborted } from '@stowage/effects'

export class VolumeLocks {
  readonly #held = new Map<string, string>()

  /** How many keys are held: nothing is stuck when it is 0. */
  get held(): number {
    return this.#held.size
  }

  /**
   * Takes all keys or none, with no await between the look and the taking. Throws `busy` (ABORTED, which the CSI spec reserves for
   * "operation pending for volume") while another operation holds one.
   */
  take(keys: readonly string[], operation: string): () => void {
    for (const key of keys) {
      const holder = this.#held.get(key)
      if (holder !== undefined) throw new StorageError('busy', `operation pending: ${holder} is still under way for ${key}; its outcome is awaited before ${operation} may begin. Ask again`)
    }
    for (const key of keys) this.#held.set(key, operation)
    let released = false
    return () => {
      if (released) return
      released = true
      for (const key of keys) this.#held.delete(key)
    }
  }

  /**
   * Runs `work` under the keys. When the caller's signal aborts, the caller gets its answer (`busy`: it may ask again), while the work goes on
   * to its end and the keys stay taken until then.
   */
  async run<T>(keys: readonly string[], operation: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const release = this.take(keys, operation)
    const done = work().finally(release)
    // Whoever asked may be gone when the work ends; its failure then is for the log of the work itself.
    done.catch(() => {})
    try {
      return await untilAborted(done, signal)
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error
      throw new StorageError('busy', `operation pending: ${operation} took longer than the caller waits and goes on; ask again for its outcome`, { cause: error })
    }
  }
}
