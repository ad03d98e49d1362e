import { describe, expect, test } from 'vitest'
import { ProgramFailure } from '../programs.ts'
import type { Effects } from '../effects.ts'

/** The rig's machine has `echo`, `cat`, `false` and `sleep`, as POSIX has them. */
export function programsContract(name: string, rig: (body: (effects: Pick<Effects, 'programs' | 'clock'>) => Promise<void>) => Promise<void>): void {
  const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

  describe(`programs: ${name}`, () => {
    test('output and exit code come back', () =>
      rig(async ({ programs }) => {
        expect(await programs.run({ program: 'echo', args: ['a b', '$HOME'], timeoutMs: 5_000 })).toEqual({ exitCode: 0, signal: null, stdout: 'a b $HOME\n', stderr: '' })
        expect((await programs.run({ program: 'false', args: [], timeoutMs: 5_000 })).exitCode).toBe(1)
      }))

    test('standard input reaches the program', () =>
      rig(async ({ programs }) => {
        expect((await programs.run({ program: 'cat', args: [], stdin: 'passed on', timeoutMs: 5_000 })).stdout).toBe('passed on')
      }))

    test('a program that does not exist is missing', () =>
      rig(async ({ programs }) => {
        const failure = await failureOf(programs.run({ program: 'no-such-program-here', args: [], timeoutMs: 5_000 }))
        expect(failure).toBeInstanceOf(ProgramFailure)
        expect(failure).toMatchObject({ reason: 'missing', program: 'no-such-program-here' })
      }))

    test('a program that outlives its time is killed', () =>
      rig(async ({ programs, clock }) => {
        const start = clock.monotonic()
        const failure = await failureOf(programs.run({ program: 'sleep', args: ['60'], timeoutMs: 100 }))
        expect(failure).toMatchObject({ reason: 'killed' })
        expect(clock.monotonic() - start).toBeLessThan(10_000)
      }))

    test('an abort kills it', () =>
      rig(async ({ programs, clock }) => {
        const abort = new AbortController()
        clock.after(50, () => abort.abort(new Error('no longer wanted')))
        expect(await failureOf(programs.run({ program: 'sleep', args: ['60'], timeoutMs: 60_000, signal: abort.signal }))).toMatchObject({ reason: 'killed' })
        expect(await failureOf(programs.run({ program: 'sleep', args: ['60'], timeoutMs: 60_000, signal: abort.signal }))).toMatchObject({ reason: 'killed' })
      }))
  })
}
