/**
 * `npm run living [-- DECLARATION…]`: declarations lived with on a real kube-apiserver, by the real helm. Exit code 1 when something is not as
 * planned, 2 for a name that no declaration has.
 */
import { rmSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { declarationFiles } from './declarations.ts'
import { dryRuns, dryRunStep } from './dry-run-server.ts'
import { live } from './live.ts'
import { allDefinitions } from './neighbours/definitions.ts'
import { startRealCluster } from './real-cluster.ts'
import { chartRepository } from './stand-ins/charts.ts'
import { steps } from './steps.ts'
import { subjectOf } from './subject.ts'
import type { Subject } from './subject.ts'
import { sum, table } from './table.ts'
import type { Cell } from './table.ts'

const notProved = `Real: etcd, kube-apiserver, helm, Rook's charts. Stand-ins: the other charts (with the definitions that the real ones bring), the operators of
Rook, Velero and External Secrets and the snapshot controller (status only: no Ceph, no backup, no snapshot), kubelets and controller manager
(workloads are called ready, no pod runs). Charts come from a repository on loopback instead of the declared one. What stands below spec of an
ExternalSecret is not held to a schema.`

const [root, bin, rook, rookVersion, ...names] = process.argv.slice(2)
if (root === undefined || bin === undefined || rook === undefined || rookVersion === undefined) throw new Error('usage: living ROOT BIN ROOK ROOK_VERSION [DECLARATION…]')

const files = await declarationFiles(root, names).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
})
const folder = await mkdtemp(join(tmpdir(), 'stowage-living-charts-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const definitions = await allDefinitions()
const charts = await chartRepository({ root, rook, rookVersion, helm: join(bin, 'helm'), folder })
const subjects: Subject[] = []
const cells: Cell[] = []
for (const { name, path } of files) {
  try {
    subjects.push(subjectOf(name, path, await readFile(path, 'utf8'), { charts: charts.url }))
  } catch (error) {
    cells.push({ declaration: name, step: dryRunStep, ok: false, said: error instanceof Error ? error.message : String(error) })
  }
}
cells.push(...(await dryRuns(bin, subjects)))
for (const subject of subjects) cells.push(...(await lived(subject, bin)))
await charts.close()

console.log(table(cells, [dryRunStep, ...steps.map(({ name }) => name)]))
console.log(`\n${notProved}\n`)
console.log(sum(cells))
process.exitCode = cells.every(({ ok }) => ok) ? 0 : 1

async function lived(subject: Subject, programs: string): Promise<readonly Cell[]> {
  const started = Date.now()
  const cluster = await startRealCluster(programs, subject)
  try {
    return await live(subject, cluster, definitions)
  } finally {
    await cluster.stop()
    console.error(`${subject.name}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
  }
}
