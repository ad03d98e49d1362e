/** The ambient clock, timers and chance, as they hang on globalThis. In a simulation each of them would change a run in silence. */
const forbiddenFunctions = ['setTimeout', 'setInterval', 'setImmediate', 'fetch'] as const

export class AmbientUse extends Error {
  override readonly name = 'AmbientUse'
}

/**
 * From now until the returned function is called, the ambient clock, timers, chance and network throw `AmbientUse`,
 * or, given a `report`, are reported and let through.
 */
export function guardAmbient(report?: (what: string) => void): () => void {
  const restore: (() => void)[] = []
  const use = (what: string): void => {
    if (report === undefined) throw new AmbientUse(`${what} was called in a simulated world; take it from the effects`)
    report(what)
  }
  const replace = (holder: object, key: string, what: string): void => {
    const original = Object.getOwnPropertyDescriptor(holder, key)
    const call: unknown = Reflect.get(holder, key)
    if (typeof call !== 'function') return
    const guarded = (...args: unknown[]): unknown => {
      use(what)
      return Reflect.apply(call, holder, args)
    }
    Object.defineProperty(holder, key, { configurable: true, writable: true, value: guarded })
    restore.unshift(() => {
      if (original === undefined) Reflect.deleteProperty(holder, key)
      else Object.defineProperty(holder, key, original)
    })
  }
  for (const name of forbiddenFunctions) replace(globalThis, name, name)
  replace(Math, 'random', 'Math.random')
  replace(performance, 'now', 'performance.now')
  replace(globalThis.crypto, 'randomUUID', 'crypto.randomUUID')
  replace(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues')
  replace(AbortSignal, 'timeout', 'AbortSignal.timeout')
  restore.unshift(guardDate(use))
  return () => {
    for (const undo of restore.splice(0)) undo()
  }
}

/** `new Date(ms)` stays; `new Date` without arguments and `Date.now` are guarded. A proxy keeps `instanceof` true. */
function guardDate(use: (what: string) => void): () => void {
  const original = globalThis.Date
  globalThis.Date = new Proxy(original, {
    construct(target, args, newTarget: new () => object) {
      if (args.length === 0) use('new Date')
      return Reflect.construct(target, args, newTarget) as object
    },
    apply(target) {
      use('Date')
      return target()
    },
    get(target, key) {
      if (key === 'now') use('Date.now')
      return Reflect.get(target, key) as unknown
    },
  })
  return () => {
    globalThis.Date = original
  }
}
