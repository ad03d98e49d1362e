/** One real API server for the dry runs of all declarations: with every namespace and definition that any of them counts on. */
import { realEffects } from '@stowage/effects/real'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { Plan } from '@stowage/module'
import { startRealServer } from '../oracle/real-server.ts'
import { allDefinitions } from './neighbours/definitions.ts'
import { untilServed } from './neighbours/served.ts'
import { outcome } from './live.ts'
import { asInstallersStartIt, clientFor } from './real-cluster.ts'
import { dryRunAll, warningsOf } from './steps/dry-run.ts'
import type { DryRunServer } from './steps/dry-run.ts'
import type { Subject } from './subject.ts'
import type { Cell } from './table.ts'
import { traffic } from './traffic.ts'

export const dryRunStep = 'dry run'

export async function dryRuns(bin: string, subjects: readonly Subject[]): Promise<readonly Cell[]> {
  const server = await startRealServer(bin, asInstallersStartIt)
  const effects = realEffects()
  try {
    const seen = traffic(effects.http)
    const asked: DryRunServer = { client: clientFor(server, { ...effects, http: seen.http }), exchanges: seen.take }
    await prepare(subjects.map(({ plan }) => plan), clientFor(server, effects, 'neighbour'))
    const cells = [await control(asked)]
    for (const { name, plan } of subjects) cells.push({ declaration: name, step: dryRunStep, ...(await outcome(() => dryRunAll(plan, asked))) })
    return cells
  } finally {
    effects.close()
    await server.stop()
  }
}

async function prepare(plans: readonly Plan[], client: KubernetesClient): Promise<void> {
  const definitions = await allDefinitions()
  for (const definition of definitions) await client.apply({ ...definition }, { force: true })
  await untilServed(definitions, client)
  const planned = plans.flatMap(({ objects }) => objects.map(({ object }) => object))
  const names = [...planned.flatMap(({ metadata }) => metadata.namespace ?? []), ...plans.flatMap(({ needs }) => needs.flatMap(({ kind, name, namespace }) => (kind === 'Namespace' ? [name] : (namespace ?? []))))]
  for (const name of new Set(names)) await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}

/** Wrong on purpose: a server that would let this pass without a word proves nothing about the rest. */
async function control({ client, exchanges }: DryRunServer): Promise<Cell> {
  return {
    declaration: 'control',
    step: dryRunStep,
    ...(await outcome(async () => {
      const old: KubernetesObject = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'old', namespace: 'default' } }
      exchanges()
      await client.apply(old, { dryRun: true })
      if (warningsOf(exchanges()).length !== 1) throw new Error('a deprecated kind is not warned of')
      const misspelt = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'misspelt' }, provisioner: 'example.com/none', reclaimPolicie: 'Delete' }
      const refusal = await client.apply(misspelt, { dryRun: true }).then(() => undefined, String)
      if (refusal?.includes('reclaimPolicie') !== true) throw new Error(`a misspelt field is not refused: ${refusal}`)
      return 'refuses and warns'
    })),
  }
}
