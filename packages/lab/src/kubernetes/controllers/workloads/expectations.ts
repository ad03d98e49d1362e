/** What a controller has created and deleted and its cache has not seen yet: until then it must not count again. */
export class Expectations {
  readonly #pending = new Map<string, Set<string>>()

  /** `uid` was created (or deleted) on behalf of `key`. */
  expect(key: string, uid: string): void {
    this.#pending.set(key, (this.#pending.get(key) ?? new Set()).add(uid))
  }

  seen(key: string, uid: string): void {
    const waiting = this.#pending.get(key)
    waiting?.delete(uid)
    if (waiting?.size === 0) this.#pending.delete(key)
  }

  isSettled(key: string): boolean {
    return !this.#pending.has(key)
  }

  forget(key: string): void {
    this.#pending.delete(key)
  }
}
