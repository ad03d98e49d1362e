/** How helm is run from the command line: as the person, in the cluster that the flags name, without what the plan's Secrets are made of. */
import { resolve } from 'node:path'
import type { RealEffects } from '@stowage/effects/real'
import type { Plan } from '@stowage/module'
import type { HelmAccess, SecretAccess } from '@stowage/operations'
import type { Terminal } from '../output/terminal.ts'
import type { ClusterFlags } from './cluster-flags.ts'

export function helmAccess({ kubeconfig, context, as: user }: ClusterFlags, { env, cwd }: Terminal, { programs, files, random }: RealEffects, plan: Pick<Plan, 'secrets'>): HelmAccess {
  const secret = new Set(plan.secrets.flatMap(({ source }) => (source.from === 'environment' ? [source.variable] : [])))
  const kept = Object.entries(env).flatMap(([name, value]) => (value === undefined || secret.has(name) ? [] : [[name, value] as const]))
  const cluster = [...(kubeconfig === undefined ? [] : ['--kubeconfig', resolve(cwd, kubeconfig)]), ...(context === undefined ? [] : ['--kube-context', context]), ...(user === undefined ? [] : ['--kube-as-user', user])]
  return { programs, files, random, directory: env['TMPDIR']?.replace(/\/+$/, '') || '/tmp', cluster, env: Object.fromEntries(kept) }
}

export function secretAccess({ env, cwd }: Terminal, { files, random }: RealEffects, escrow: string | undefined): SecretAccess {
  return { environment: env, files, random, directory: cwd, ...(escrow !== undefined && { escrow: resolve(cwd, escrow) }) }
}
