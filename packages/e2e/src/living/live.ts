/** The steps of one declaration in a cluster of its own, one after the other. */
import type { CustomResourceDefinition } from '@stowage/wire/crds'
import type { LivingCluster } from './cluster.ts'
import { makeNeighbours } from './neighbours/neighbours.ts'
import { steps } from './steps.ts'
import type { Subject } from './subject.ts'
import type { Cell } from './table.ts'

/** `all`: every definition that the house can give. A step that fails ends it: the ones after it would fail for its reason. They count as failed. */
export async function live(subject: Subject, cluster: LivingCluster, all: readonly CustomResourceDefinition[]): Promise<readonly Cell[]> {
  await makeNeighbours(subject.plan, cluster, all)
  const cells: Cell[] = []
  for (const { name, run } of steps.filter((step) => step.appliesTo(subject))) {
    const before = cells.find(({ ok }) => !ok)
    const place = { declaration: subject.name, step: name }
    cells.push(before === undefined ? { ...place, ...(await outcome(() => run(subject, cluster))) } : { ...place, ok: false, said: `not run, as ${before.step} failed` })
  }
  return cells
}

export async function outcome(run: () => Promise<string>): Promise<Pick<Cell, 'ok' | 'said'>> {
  try {
    return { ok: true, said: await run() }
  } catch (error) {
    return { ok: false, said: error instanceof Error ? error.message : String(error) }
  }
}
