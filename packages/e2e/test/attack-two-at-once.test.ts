/** Two applies of one declaration at once: nothing is lost track of, and one of them says why it stops. */
import { applyPlan } from '@stowage/operations'
import type { AppliableObject, AppliablePlan } from '@stowage/operations'
import { expect, test } from 'vitest'
import { onStage } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const planned = (id: string, object: AppliableObject['object']): AppliableObject => ({ id, object, reason: `because ${id}` })
const namespaceObject = planned(`Namespace/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
const config = (name: string): AppliableObject => planned(`ConfigMap/${namespace}/${name}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { a: 'b' } })
const plan = (...names: readonly string[]): AppliablePlan => ({ name: 'homelab', namespace, objects: [namespaceObject, ...names.map(config)] })

const configMaps = ({ store }: OperationsStage): readonly string[] => store.client('looker').list('configmaps').map(({ metadata }) => metadata.name ?? '').filter((name) => !name.startsWith('stowage-'))

test.each([0, 20, 60, 100, 150, 200, 300])('an older declaration and a newer one, %i ms apart: what is made is in the inventory, and can be pruned', (delay) =>
  onStage(async (stage) => {
    const { client } = stage
    await applyPlan(plan('a'), { client })
    const later = async (): ReturnType<typeof applyPlan> => {
      await client.clock.sleep(delay)
      return applyPlan(plan('a', 'new-1', 'new-2', 'new-3', 'new-4'), { client })
    }
    const results = await Promise.all([applyPlan(plan('a', 'old-1', 'old-2', 'old-3', 'old-4'), { client }), later()])
    const stopped = results.filter(({ ok }) => !ok)
    expect(stopped.length, 'at most one stops').toBeLessThan(2)
    for (const { failure } of stopped) expect(failure).toMatchObject({ message: expect.stringMatching(/another apply homelab is at work|exists/) })
    expect(await applyPlan(plan(), { client, prune: true })).toMatchObject({ ok: true })
    expect(configMaps(stage)).toEqual([])
  }, `two-${delay}`))

test('two declarations in one namespace share a journal and do not hold each other up', () =>
  onStage(async (stage) => {
    const { client } = stage
    await applyPlan(plan(), { client })
    const results = await Promise.all([applyPlan(plan('a', 'b', 'c', 'd'), { client }), applyPlan({ ...plan('e', 'f', 'g', 'h'), name: 'other' }, { client })])
    expect(results.map(({ ok, failure }) => [ok, failure])).toEqual([[true, undefined], [true, undefined]])
    expect(configMaps(stage)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
  }))
