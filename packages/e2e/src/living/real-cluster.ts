/** A real etcd and kube-apiserver with stand-ins beside them, and a real helm before them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Programs } from '@stowage/effects'
import { realEffects } from '@stowage/effects/real'
import type { RealEffects } from '@stowage/effects/real'
import { KubernetesClient } from '@stowage/kubernetes'
import { httpCluster } from '@stowage/lab/kubernetes/operators/http-cluster'
import { startStatusControllers } from '@stowage/lab/kubernetes/operators/status-controllers'
import { startRealServer } from '../oracle/real-server.ts'
import type { RealServer } from '../oracle/real-server.ts'
import type { LivingCluster } from './cluster.ts'
import { startWorkloads } from './stand-ins/workloads.ts'
import type { Subject } from './subject.ts'
import { traffic } from './traffic.ts'

export interface RealCluster extends LivingCluster {
  stop(): Promise<void>
}

/** Every installer allows privileged pods (kubeadm, k3s, Talos): no CSI driver could mount without. */
export const asInstallersStartIt = ['--allow-privileged=true']

/** `bin`: the folder of etcd, kube-apiserver and helm. */
export async function startRealCluster(bin: string, { disksOf }: Pick<Subject, 'disksOf'>): Promise<RealCluster> {
  const server = await startRealServer(bin, asInstallersStartIt)
  const effects = realEffects()
  const scratch = await mkdtemp(join(tmpdir(), 'stowage-living-'))
  const kubeconfig = join(scratch, 'kubeconfig')
  await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 })
  const api = httpCluster({ http: effects.http, clock: effects.clock, origin: server.origin, headers: { authorization: `Bearer ${server.token}` }, tls: { ca: server.ca } })
  const workloads = startWorkloads(api, effects.clock)
  const operators = startStatusControllers({ api, clock: effects.clock, random: effects.random, everyMs: 300, disksOf })
  const seen = traffic(effects.http)
  const helm = countedHelm(effects.programs, join(bin, 'helm'))
  const env = { KUBECONFIG: kubeconfig, HOME: scratch, HELM_CACHE_HOME: join(scratch, 'cache'), HELM_CONFIG_HOME: join(scratch, 'config'), HELM_DATA_HOME: join(scratch, 'data') }
  return {
    client: clientFor(server, { ...effects, http: seen.http }),
    hand: clientFor(server, effects, 'kubectl-edit'),
    api,
    helm: { programs: helm.programs, files: effects.files, random: effects.random, directory: scratch, cluster: ['--kubeconfig', kubeconfig], env },
    exchanges: seen.take,
    upgrades: helm.upgrades,
    waitMs: 60_000,
    stop: async () => {
      operators.stop()
      workloads.stop()
      effects.close()
      await server.stop()
      await rm(scratch, { recursive: true, force: true })
    },
  }
}

export function clientFor({ origin, token, ca }: RealServer, { http, clock }: Pick<RealEffects, 'http' | 'clock'>, fieldManager = 'stowage'): KubernetesClient {
  return new KubernetesClient({ server: origin, token, tls: { ca }, http, clock, fieldManager })
}

function countedHelm(programs: Programs, helm: string): { readonly programs: Programs; upgrades(): number } {
  let upgrades = 0
  const run: Programs['run'] = (each) => {
    if (each.program !== 'helm') throw new Error(`an apply has no use for ${each.program}`)
    if (each.args[0] === 'upgrade') upgrades += 1
    return programs.run({ ...each, program: helm })
  }
  return { programs: { run }, upgrades: () => upgrades }
}
