import type { Cancel, Clock } from '../clock.ts'

/** setTimeout's limit; longer waits are made of several. */
const longestTimer = 2_147_483_647

export function realClock(): Clock {
  return { now: () => Date.now(), monotonic: () => performance.now(), after, sleep }
}


function after(ms: number, callback: () => void): Cancel {
  if (ms > longestTimer) {
    let cancel: Cancel = () => {}
    const timer = setTimeout(() => {
      cancel = after(ms - longestTimer, callback)
    }, longestTimer)
    cancel = () => clearTimeout(timer)
    return () => cancel()
  }
  const timer = setTimeout(callback, Math.max(0, ms))
  return () => clearTimeout(timer)
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = (): void => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
