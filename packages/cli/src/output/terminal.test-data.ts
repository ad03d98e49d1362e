/** A terminal that remembers, in a folder of its own. For tests. */
import { realFiles } from '@stowage/effects/real/files'
import { runCommand } from '../program.ts'
import type { Terminal } from './terminal.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function stowage(args: readonly string[], { cwd = '/', stdin = '', ...changed }: Partial<Omit<Terminal, 'stdin'>> & { readonly stdin?: string } = {}): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal: Terminal = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    stdin: async () => stdin,
    env: {},
    cwd,
    files: realFiles(),
    color: false,
    ...changed,
  }
  const code = await runCommand(args, terminal)
  return { code, stdout: out.join(''), stderr: err.join('') }
}
