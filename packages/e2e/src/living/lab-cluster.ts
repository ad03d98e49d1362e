/** The lab's API server, its helm and the operators' stand-ins, in virtual time: what the steps find on a real API server, without one. */
import { VirtualWorld } from '@stowage/effects/virtual'
import { KubernetesClient } from '@stowage/kubernetes'
import { createHelm } from '@stowage/lab/helm/helm'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { labCluster } from '@stowage/lab/kubernetes/operators/lab-cluster'
import { startStatusControllers } from '@stowage/lab/kubernetes/operators/status-controllers'
import type { LivingCluster } from './cluster.ts'
import { startWorkloads } from './stand-ins/workloads.ts'
import type { Subject } from './subject.ts'
import { traffic } from './traffic.ts'

const server = 'https://10.0.0.1:6443'

/** Runs `body` beside a cluster that holds nothing yet. */
export function inLabCluster<T>({ name, disksOf }: Pick<Subject, 'name' | 'disksOf'>, body: (cluster: LivingCluster) => Promise<T>): Promise<T> {
  const world = new VirtualWorld({ seed: `living ${name}` })
  const { clock, random } = world.process('kube-apiserver').effects
  const store = createStore({ clock, random })
  world.route(server, createApiHandler(store))
  const { files } = world.process('files').effects
  let upgrades = 0
  const run = createHelm({ api: labCluster(store.client('helm')), clock, files })
  const { effects } = world.process('stowage', { files }, { programs: { helm: (call) => ((upgrades += call.args[0] === 'upgrade' ? 1 : 0), run(call)) } })
  const seen = traffic(effects.http)
  return world.run(async () => {
    await files.makeDirectory('/private', 0o700)
    const workloads = startWorkloads(labCluster(store.client('kubelets')), clock)
    const operators = startStatusControllers({ api: labCluster(store.client('operators')), clock, random, disksOf })
    try {
      return await body({
        client: new KubernetesClient({ server, http: seen.http, clock: effects.clock }),
        hand: new KubernetesClient({ server, http: effects.http, clock: effects.clock, fieldManager: 'kubectl-edit' }),
        api: labCluster(store.client('neighbour')),
        helm: { programs: effects.programs, files: effects.files, random: effects.random, directory: '/private' },
        exchanges: seen.take,
        upgrades: () => upgrades,
        waitMs: 300_000,
      })
    } finally {
      operators.stop()
      workloads.stop()
    }
  })
}
