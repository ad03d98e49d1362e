/**
 * `npm run kubectl [-- --record]`: a real kubectl against `stowage lab up`, in transcripts.
 * Each transcript gets a lab of its own with the homelab declaration applied. `--record` writes down what is seen.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { normaliseLine, parseTranscript, printTranscript, withoutBlankEnd, wordsOf } from './transcript.ts'
import type { Exchange } from './transcript.ts'

const [root = '', bin = '', record] = process.argv.slice(2)
const directory = join(root, 'packages/e2e/kubectl')
const stowage = join(root, 'packages/cli/dist/stowage.mjs')
let failed = 0
let passed = 0

for (const name of (await readdir(directory)).filter((file) => file.endsWith('.txt')).toSorted()) {
  const exchanges = parseTranscript(await readFile(join(directory, name), 'utf8'))
  const seen = await inLab((kubeconfig) => play(exchanges, kubeconfig))
  if (record === '--record') await writeFile(join(directory, name), printTranscript(seen))
  else for (const [index, exchange] of exchanges.entries()) judge(name, exchange, seen[index])
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** How often `rollout status` says that it waits depends on the machine's speed. */
function isSteady(line: string): boolean {
  return !line.startsWith('Waiting for ')
}

function judge(name: string, wanted: Exchange, seen: Exchange | undefined): void {
  const text = (lines: readonly string[], code: number | undefined): string => [...lines.filter(isSteady).map(normaliseLine), `exit ${code}`].join('\n')
  const want = text(wanted.output, wanted.exitCode)
  const have = text(seen?.output ?? [], seen?.exitCode)
  if (want === have) return void (passed += 1)
  failed += 1
  console.log(`${name}: $ ${wanted.command}\n--- wanted\n${want}\n--- seen\n${have}\n`)
}

async function inLab<T>(work: (kubeconfig: string) => Promise<T>): Promise<T> {
  const state = await mkdtemp(join(tmpdir(), 'stowage-kubectl-'))
  const kubeconfig = join(state, 'kubeconfig')
  const env = { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1' }
  try {
    await must(process.execPath, [stowage, 'lab', 'up', '--dir', state], env, '/')
    await must(process.execPath, [stowage, 'apply', 'examples/homelab/storage.yaml', '--timeout', '60'], env, root)
    return await work(kubeconfig)
  } finally {
    await run(process.execPath, [stowage, 'lab', 'down', '--dir', state], env, '/')
    await rm(state, { recursive: true, force: true })
  }
}

async function play(exchanges: readonly Exchange[], kubeconfig: string): Promise<readonly Exchange[]> {
  const played: Exchange[] = []
  for (const { comment, command } of exchanges) {
    const [program, ...args] = wordsOf(command)
    if (program !== 'kubectl') throw new Error(`a transcript runs kubectl only, not ${program}`)
    const { code, stdout, stderr } = await run(join(bin, 'kubectl'), args, { ...process.env, KUBECONFIG: kubeconfig, TZ: 'UTC' }, root)
    played.push({ comment, command, output: withoutBlankEnd([...stdout.split('\n'), ...stderr.split('\n')].filter((line, index, all) => line !== '' || index < all.length - 1)), exitCode: code })
  }
  return played
}

async function must(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  const { code, stdout, stderr } = await run(program, args, env, cwd)
  if (code !== 0) throw new Error(`${args.join(' ')} exits ${code}\n${stdout}${stderr}`)
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, [...args], { env, cwd, timeout: 90_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 124
      resolve({ code, stdout, stderr })
    })
  })
}
