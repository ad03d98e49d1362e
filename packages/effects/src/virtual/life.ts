/** The life of one process of the world. After `end` its effects are silent. */
export class Life {
  readonly name: string
  /** The machine whose unix sockets it sees. */
  readonly machine: string
  readonly #onEnd = new Set<() => void>()
  #alive = true

  constructor(name: string, machine: string) {
    this.name = name
    this.machine = machine
  }

  get alive(): boolean {
    return this.#alive
  }

  end(): void {
    if (!this.#alive) return
    this.#alive = false
    for (const listener of this.#onEnd) listener()
    this.#onEnd.clear()
  }

  /** Runs `listener` when the process dies, unless the returned function was called before. */
  onEnd(listener: () => void): () => void {
    this.#onEnd.add(listener)
    return () => this.#onEnd.delete(listener)
  }
}

/** A promise that settles only as long as the process lives. */
export function whileAlive<T>(life: Life, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    work.then(
      (value) => life.alive && resolve(value),
      (error: unknown) => life.alive && reject(error as Error),
    )
  })
}

/** `effect` with every promise it returns bound to the process's life, and no call reaching it afterwards. */
export function silencedAtDeath<T extends object>(life: Life, effect: T): T {
  return new Proxy(effect, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (!life.alive) return new Promise(() => {})
        const result: unknown = Reflect.apply(member, target, args)
        return result instanceof Promise ? whileAlive(life, result) : result
      }
    },
  })
}
