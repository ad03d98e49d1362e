/** One run of a real program, with what it said. */
import { execFile } from 'node:child_process'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Most need seconds. One that hangs is killed and counts as refused. */
const limitMs = 120_000

/** `input`: what it reads from its standard input. Rejects only when the program cannot be started. */
export function runTool(program: string, args: readonly string[], { cwd, input, env = {} }: { readonly cwd?: string; readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const options = { ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env }, timeout: limitMs, maxBuffer: 64 * 1024 ** 2 }
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr })
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr })
      if (error.killed === true) return resolve({ code: 124, stdout, stderr: `${stderr}\nit did not end within ${limitMs / 1000} s` })
      reject(error)
    })
    child.stdin?.on('error', () => {}) // one that has read enough closes early
    child.stdin?.end(input)
  })
}

/** What a person would look at first when it failed. */
export function saidBy({ stdout, stderr }: Ran): string {
  return [stderr, stdout].map((text) => text.trim()).filter((text) => text !== '').join('\n')
}
