import { describe, expect, test } from 'vitest'
import { DeadlineExceeded, startDeadline, untilAborted } from '../clock.ts'
import type { Clock } from '../clock.ts'

/** What every clock promises. `rig` runs the body where its clock ticks. */
export function clockContract(name: string, rig: (body: (clock: Clock) => Promise<void>) => Promise<void>): void {
  describe(`clock: ${name}`, () => {
    test('timers fire in the order of their times, never before them', () =>
      rig(async (clock) => {
        const start = clock.monotonic()
        const fired: number[] = []
        for (const ms of [30, 5, 15]) clock.after(ms, () => fired.push(ms))
        await clock.sleep(60)
        expect(fired).toEqual([5, 15, 30])
        expect(clock.monotonic() - start).toBeGreaterThanOrEqual(59)
      }))

    test('a timer of 0 ms fires later, not at once', () =>
      rig(async (clock) => {
        let fired = false
        clock.after(0, () => (fired = true))
        expect(fired).toBe(false)
        await clock.sleep(10)
        expect(fired).toBe(true)
      }))

    test('a cancelled timer does not fire, and cancelling twice is fine', () =>
      rig(async (clock) => {
        let fired = false
        const cancel = clock.after(5, () => (fired = true))
        cancel()
        cancel()
        await clock.sleep(20)
        expect(fired).toBe(false)
      }))

    test('a timer of a month, or of for ever, does not fire now', () =>
      rig(async (clock) => {
        let fired = 0
        const cancels = [30 * 86_400_000, Number.POSITIVE_INFINITY].map((ms) => clock.after(ms, () => fired++))
        await clock.sleep(20)
        for (const cancel of cancels) cancel()
        expect(fired).toBe(0)
      }))

    test('wall time moves with monotonic time', () =>
      rig(async (clock) => {
        const [wall, steady] = [clock.now(), clock.monotonic()]
        await clock.sleep(40)
        expect(Math.abs(clock.now() - wall - (clock.monotonic() - steady))).toBeLessThan(20)
      }))

    test('an aborted sleep rejects with the reason', () =>
      rig(async (clock) => {
        const abort = new AbortController()
        clock.after(5, () => abort.abort(new Error('enough')))
        await expect(clock.sleep(10_000, abort.signal)).rejects.toThrow('enough')
        await expect(clock.sleep(1, abort.signal)).rejects.toThrow('enough')
      }))

    test('a deadline aborts at its time with DeadlineExceeded, and not after done()', () =>
      rig(async (clock) => {
        const deadline = startDeadline(clock, 10)
        await expect(untilAborted(new Promise(() => {}), deadline.signal)).rejects.toBeInstanceOf(DeadlineExceeded)
        expect(deadline.remaining()).toBe(0)
        const ended = startDeadline(clock, 5)
        ended.done()
        await clock.sleep(20)
        expect(ended.signal.aborted).toBe(false)
      }))

    test('a deadline ends with its parent, for the parent\'s reason', () =>
      rig(async (clock) => {
        const parent = new AbortController()
        const deadline = startDeadline(clock, 10_000, parent.signal)
        clock.after(2, () => parent.abort(new Error('the whole thing is over')))
        await expect(clock.sleep(20_000, deadline.signal)).rejects.toThrow('the whole thing is over')
        deadline.done()
      }))
  })
}
