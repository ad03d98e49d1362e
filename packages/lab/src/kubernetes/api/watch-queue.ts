/** A watch for a controller in the same process: a list, then changes, each as an event of the clock of its own. */
import type { Cancel, Clock, Random } from '@stowage/effects'
import type { WatchEventType } from './api.ts'
import type { JsonObject } from './json.ts'
import type { Memory, Selection } from './memory.ts'
import type { Resource } from './resources.ts'

/** Milliseconds between a write and what a watcher hears of it, at least and at most. */
const quickest = 0.2
const slowest = 1.5

interface Waiting {
  readonly type: WatchEventType
  readonly object: JsonObject
  readonly due: number
}

export function watchInOrder(
  requests: Memory,
  clock: Clock,
  random: Random,
  resource: Resource,
  namespace: string | undefined,
  selection: Selection,
  listener: (type: WatchEventType, object: JsonObject) => void,
): Cancel {
  let waiting: Waiting[] = []
  let head = 0
  let cancelTimer: Cancel | undefined
  let stopped = false

  const schedule = (): void => {
    const next = waiting[head]
    if (next === undefined || cancelTimer !== undefined || stopped) return
    cancelTimer = clock.after(Math.max(0, next.due - clock.monotonic()), deliver)
  }
  const deliver = (): void => {
    cancelTimer = undefined
    const next = waiting[head]
    head += 1
    if (head > 1_024 && head * 2 > waiting.length) {
      waiting = waiting.slice(head)
      head = 0
    }
    schedule()
    if (next !== undefined && !stopped) listener(next.type, next.object)
  }
  const push = (type: WatchEventType, object: JsonObject): void => {
    waiting.push({ type, object, due: clock.monotonic() + quickest + random.next() * (slowest - quickest) })
    schedule()
  }

  for (const object of requests.list(resource, namespace, selection)) push('ADDED', object)
  const unsubscribe = requests.watch(resource, namespace, selection, requests.revision, change => push(change.type, change.object))
  return () => {
    stopped = true
    unsubscribe()
    cancelTimer?.()
  }
}
