/** Helm's command line as far as the lab's helm takes it. A flag that it does not know is refused: to pass over it would be to answer wrongly. */
export interface HelmCall {
  readonly words: readonly string[]
  readonly flag: (name: string) => string | undefined
  readonly all: (name: string) => readonly string[]
}

export class HelmError extends Error {
  override readonly name = 'HelmError'
}

const short: Readonly<Record<string, string>> = { n: 'namespace', f: 'values', o: 'output', i: 'install', A: 'all-namespaces' }
const switches = new Set([
  'install', 'wait', 'wait-for-jobs', 'create-namespace', 'reset-values', 'reuse-values', 'atomic', 'rollback-on-failure', 'all-namespaces', 'short', 'deployed', 'failed', 'pending', 'superseded', 'uninstalled',
  'uninstalling', 'all', 'skip-crds', 'dry-run', 'ignore-not-found', 'keep-history', 'debug',
])
const valued = new Set(['repo', 'version', 'namespace', 'values', 'timeout', 'output', 'filter', 'kubeconfig', 'kube-context', 'kube-as-user', 'max', 'history-max', 'description', 'ca-file', 'username', 'password'])

export function parseCall(args: readonly string[]): HelmCall {
  const words: string[] = []
  const given = new Map<string, string[]>()
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? ''
    if (!arg.startsWith('-')) {
      words.push(arg)
      continue
    }
    const [name, inline] = nameOf(arg)
    const takes = valued.has(name)
    if (!takes && !switches.has(name)) throw new HelmError(`unknown flag: ${arg}`)
    if (takes && inline === undefined && args[index + 1] === undefined) throw new HelmError(`flag needs an argument: --${name}`)
    const value = inline ?? (takes ? (args[(index += 1)] ?? '') : 'true')
    given.set(name, [...(given.get(name) ?? []), value])
  }
  return { words, flag: (name) => given.get(name)?.at(-1), all: (name) => given.get(name) ?? [] }
}

function nameOf(arg: string): readonly [string, string | undefined] {
  const bare = arg.replace(/^--?/, '')
  const name = bare.split('=')[0] ?? ''
  const inline = bare.includes('=') ? bare.slice(bare.indexOf('=') + 1) : undefined
  return [arg.startsWith('--') ? name : (short[name] ?? name), inline]
}
