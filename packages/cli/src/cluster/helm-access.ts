/** How helm is run from the command line: as the person, in the cluster that the flags name, without what the plan's Secrets are made of. */
import { delimiter, resolve } from 'node:path'
import type { RealEffects } from '@stowage/effects/real'
import type { Plan } from '@stowage/module'
import type { HelmAccess, SecretAccess } from '@stowage/operations'
import type { Terminal } from '../output/terminal.ts'
import type { ClusterFlags } from './cluster-flags.ts'

/**
 * `context` is the one that the Kubernetes client has: helm is told, so that neither HELM_KUBECONTEXT nor a `kubectl config use-context` in the
 * midst of an apply sends it to another cluster. Helm runs in another directory, so paths are made absolute.
 */
export function helmAccess({ kubeconfig, as: user }: ClusterFlags, { env, cwd }: Terminal, { effects: { programs, files, random }, context }: HelmConnection, plan: Pick<Plan, 'secrets'>): HelmAccess {
  const secret = new Set(plan.secrets.flatMap(({ source }) => (source.from === 'environment' ? [source.variable] : [])))
  const kept = Object.entries(env).flatMap(([name, value]) => (value === undefined || secret.has(name) || elsewhere.test(name) ? [] : [[name, name === 'KUBECONFIG' ? absolute(value, cwd) : value] as const]))
  const cluster = [...(kubeconfig === undefined ? [] : ['--kubeconfig', resolve(cwd, kubeconfig)]), ...(context === undefined ? [] : ['--kube-context', context]), ...(user === undefined ? [] : ['--kube-as-user', user])]
  return { programs, files, random, directory: resolve(cwd, env['TMPDIR'] === undefined || env['TMPDIR'] === '' ? '/tmp' : env['TMPDIR']), cluster, env: Object.fromEntries(kept) }
}

export interface HelmConnection {
  readonly effects: Pick<RealEffects, 'programs' | 'files' | 'random'>
  readonly context?: string
}

/** Variables with which helm takes another server, user or namespace than the kubeconfig says (helm, pkg/cli/environment.go). */
const elsewhere = /^HELM_(?:KUBE|NAMESPACE$)/

function absolute(paths: string, cwd: string): string {
  return paths.split(delimiter).map((path) => (path === '' ? '' : resolve(cwd, path))).join(delimiter)
}

export function secretAccess({ env, cwd }: Terminal, { files, random }: RealEffects, escrow: string | undefined): SecretAccess {
  return { environment: env, files, random, directory: cwd, ...(escrow !== undefined && { escrow: resolve(cwd, escrow) }) }
}
