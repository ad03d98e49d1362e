import { expect, test } from 'vitest'
import { ProgramFailure } from '../programs.ts'
import { realPrograms } from './programs.ts'

const shell = (script: string, timeoutMs = 10_000, programs = realPrograms()): Promise<unknown> =>
  programs.run({ program: 'sh', args: ['-c', script], timeoutMs }).catch((error: unknown) => error)

async function isRunning(marker: string): Promise<boolean> {
  const result = await realPrograms().run({ program: 'sh', args: ['-c', `grep -laz '${marker}' /proc/[0-9]*/cmdline 2>/dev/null | grep -v "/$$/" || true`], timeoutMs: 5_000 })
  return result.stdout.split('\n').some((line) => line !== '' && !line.includes('self'))
}

test('the environment is minimal, and what is passed is added', async () => {
  const { stdout } = await realPrograms().run({ program: 'env', args: [], env: { WANTED: 'yes' }, timeoutMs: 5_000 })
  expect(stdout.trim().split('\n').map((line) => line.split('=')[0]).sort()).toEqual(['LC_ALL', 'PATH', 'WANTED'])
})

test('a timeout ends the children of the program too, however they ignore it', async () => {
  // Times that no other run of this test on the machine sleeps for.
  const [child, grandchild] = [`${process.pid}.51`, `${process.pid}.52`]
  const both = async (): Promise<readonly boolean[]> => [await isRunning(`^${grandchild}$`), await isRunning(`^${child}$`)]
  const work = shell(`trap '' TERM; sh -c "trap '' TERM; sleep ${grandchild}" & sleep ${child}; wait`, 4_000, realPrograms({ termMs: 200 }))
  await expect.poll(both, { timeout: 3_500, interval: 50 }).toEqual([true, true])
  const failure = await work
  expect(failure).toBeInstanceOf(ProgramFailure)
  expect(failure).toMatchObject({ reason: 'killed' })
  expect(await both()).toEqual([false, false])
})

test('a flood of output is cut off', async () => {
  expect(await shell('yes', 10_000, realPrograms({ maxOutputBytes: 100_000 }))).toMatchObject({ reason: 'too-much-output' })
})

test('a daemon that keeps the pipes open does not hold up the result', async () => {
  const start = performance.now()
  expect(await shell('sleep 3 & echo started')).toMatchObject({ exitCode: 0, stdout: 'started\n' })
  expect(performance.now() - start).toBeLessThan(2_000)
})

test('a program that does not read its input is judged by its exit code', async () => {
  expect(await realPrograms().run({ program: 'true', args: [], stdin: 'x'.repeat(1_000_000), timeoutMs: 5_000 })).toMatchObject({ exitCode: 0 })
})

test('what is no program is missing', async () => {
  expect(await realPrograms().run({ program: '/', args: [], timeoutMs: 5_000 }).catch((error: unknown) => error)).toMatchObject({ reason: 'missing' })
})

test('a program ended by a signal names it', async () => {
  expect(await shell('kill -9 $$')).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
})
