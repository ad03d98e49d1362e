import type { Cancel, Clock } from '../clock.ts'
import { sleepBy } from '../sleep-by.ts'

/** setTimeout's limit; longer waits are made of several. */
const longestTimer = 2_147_483_647

export function realClock(): Clock {
  return { now: () => Date.now(), monotonic: () => performance.now(), after, sleep: (ms, signal) => sleepBy(after, ms, signal) }
}

/** Node's timers may fire up to a millisecond early by `performance.now()`, and not at all beyond 2³¹ ms: each is looked at again. */
function after(ms: number, callback: () => void): Cancel {
  const due = performance.now() + ms
  const wait = (): NodeJS.Timeout => setTimeout(fire, Math.min(longestTimer, Math.max(0, Math.ceil(due - performance.now()))))
  const fire = (): void => {
    if (performance.now() < due) timer = wait()
    else callback()
  }
  let timer = wait()
  return () => clearTimeout(timer)
}
