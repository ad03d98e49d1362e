/** What `npm run living` shows on a real kube-apiserver, on the lab's API server and by the lab's helm: no program of anybody else's is needed. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { declarationFiles } from '../src/living/declarations.ts'
import { editByHand } from '../src/living/edit-by-hand.ts'
import { inLabCluster } from '../src/living/lab-cluster.ts'
import { live } from '../src/living/live.ts'
import { allDefinitions } from '../src/living/neighbours/definitions.ts'
import { makeNeighbours } from '../src/living/neighbours/neighbours.ts'
import { again } from '../src/living/steps/again.ts'
import { apply, expectAsPlanned } from '../src/living/steps/apply.ts'
import { subjectOf } from '../src/living/subject.ts'
import type { Subject } from '../src/living/subject.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const all = await declarationFiles(root)
// Loaded before: in virtual time nothing waits for a real file.
const definitions = await allDefinitions()

async function subjectNamed(name: string): Promise<Subject> {
  const [file] = all.filter((each) => each.name === name)
  if (file === undefined) throw new Error(`there is no declaration ${name}`)
  return subjectOf(name, file.path, await readFile(file.path, 'utf8'), { charts: 'https://charts.example' })
}

test.each(['homelab', 'ceph', 'velero'])('%s is applied as planned, left alone, seen when edited, made again and removed only with consent', async (name) => {
  const subject = await subjectNamed(name)
  const cells = await inLabCluster(subject, (cluster) => live(subject, cluster, definitions))
  expect(cells.filter(({ ok }) => !ok).map(({ step, said }) => `${step}: ${said}`)).toEqual([])
  expect(cells.map(({ step }) => step)).toEqual(expect.arrayContaining(['apply', 'again', 'edited', 'recreate']))
}, 60_000)

test('the steps fail when there is something to see: an edit that nobody asked for, a field that is not as planned', async () => {
  const subject = await subjectNamed('ceph')
  await inLabCluster(subject, async (cluster) => {
    await makeNeighbours(subject.plan, cluster, definitions)
    await apply.run(subject, cluster)
    const planned = subject.plan.objects.find(({ object }) => object.kind === 'CephCluster')
    if (planned === undefined) throw new Error('no CephCluster is planned')
    const { field } = await editByHand(planned, cluster.hand)
    await expect(expectAsPlanned(subject.plan, cluster)).rejects.toThrow(`${planned.id}: ${field}`)
    await expect(again.run(subject, cluster)).rejects.toThrow(`kubectl-edit owns .${field}`)
  })
}, 60_000)
