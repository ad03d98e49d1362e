/** `npm run sanity [-- ROW…]`: csi-sanity against the driver in the lab. Exit code 1 when a spec fails, 2 for wrong arguments. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJunit } from './junit.ts'
import type { SpecResult } from './junit.ts'
import { startRig } from './rig.ts'
import type { Row } from './rows.ts'
import { chosenRows } from './rows.ts'

const [program, command, ...names] = process.argv.slice(2)
if (program === undefined || command === undefined) throw new Error('usage: sanity CSI_SANITY PATH_COMMAND [ROW…]')

/** A spec may wait for hot-plugs; the whole of a row takes a minute or two. */
const rowLimitMs = 600_000

interface Outcome {
  readonly row: Row
  readonly specs: readonly SpecResult[]
}

/** A row waits most of its time for hot-plugs, so several run at once; each has a lab of its own. */
const lanes = 4
const todo = [...chosenRows(names)]
const outcomes: Outcome[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
await Promise.all(Array.from({ length: lanes }, () => lane(program, command)))
const failed = outcomes.flatMap(({ specs }) => specs).filter(({ outcome }) => outcome === 'failed').length
const skipped = new Set(outcomes.flatMap(({ specs }) => specs).filter(({ outcome }) => outcome === 'skipped').map(({ name }) => name))
console.log(`\nskipped in some row, since the driver does not advertise the call or the row has no use for it:\n${[...skipped].toSorted().map((name) => `  ${name}\n`).join('')}`)
console.log(`${outcomes.length} rows, ${failed} specs failed`)
process.exit(failed === 0 ? 0 : 1)

async function lane(sanity: string, pathCommand: string): Promise<void> {
  for (let row = todo.shift(); row !== undefined; row = todo.shift()) {
    const outcome = await runRow(row, sanity, pathCommand)
    outcomes.push(outcome)
    console.log(lineOf(outcome))
    for (const { name, message } of outcome.specs.filter(({ outcome: one }) => one === 'failed')) console.log(`  FAILED ${name}\n${message.replaceAll(/^/gm, '      ')}`)
  }
}

function lineOf({ row, specs }: Outcome): string {
  const count = (outcome: SpecResult['outcome']): string => String(specs.filter((spec) => spec.outcome === outcome).length).padStart(3)
  return `${row.name.padEnd(14)} ${count('passed')} passed ${count('failed')} failed ${count('skipped')} skipped`
}

async function runRow(row: Row, sanity: string, pathCommand: string): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'sw-'))
  const log: string[] = []
  const rig = await startRig(row, directory, (line) => log.push(line))
  try {
    await runSanity(row, directory, sanity, pathCommand, rig)
    return { row, specs: readJunit(await readFile(`${directory}/report.xml`, 'utf8')) }
  } finally {
    await rig.stop()
    const logs = process.env['STOWAGE_SANITY_LOGS']
    if (logs !== undefined) await writeFile(join(logs, `${row.name}.log`), `${log.join('\n')}\n`)
    await rm(directory, { recursive: true, force: true })
  }
}

async function runSanity(row: Row, directory: string, sanity: string, pathCommand: string, rig: { nodeSocket: string; controllerSocket: string; pathsUrl: string }): Promise<void> {
  await mkdir(`${directory}/bin`)
  for (const action of ['create', 'remove', 'check']) await symlink(pathCommand, `${directory}/bin/${action}`)
  const parameters = `${directory}/parameters.yaml`
  await writeFile(parameters, Object.entries(row.parameters).map(([name, value]) => `${name}: ${value}\n`).join('') || '{}\n')
  const bin = (action: string): string => `${directory}/bin/${action}`
  const args = [
    `--csi.endpoint=unix://${rig.nodeSocket}`,
    `--csi.controllerendpoint=unix://${rig.controllerSocket}`,
    '--csi.mountdir=/var/lib/kubelet/sanity/target',
    '--csi.stagingdir=/var/lib/kubelet/sanity/staging',
    `--csi.createmountpathcmd=${bin('create')}`,
    `--csi.createstagingpathcmd=${bin('create')}`,
    `--csi.removemountpathcmd=${bin('remove')}`,
    `--csi.removestagingpathcmd=${bin('remove')}`,
    `--csi.checkpathcmd=${bin('check')}`,
    `--csi.testvolumesize=${1024 ** 3}`,
    `--csi.testvolumeexpandsize=${2 * 1024 ** 3}`,
    `--csi.testvolumeparameters=${parameters}`,
    `--csi.testvolumeaccesstype=${row.accessType}`,
    `--ginkgo.junit-report=${directory}/report.xml`,
    '--ginkgo.no-color',
  ]
  await ended(sanity, args, { ...process.env, STOWAGE_SANITY_PATHS: rig.pathsUrl })
}

/** Its exit code says only that something failed; the report says what. */
function ended(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: rowLimitMs })
    // Stopped by hand or by CI: what was started ends, too.
    const end = (): void => void child.kill()
    process.once('exit', end)
    child.once('error', reject)
    child.once('close', () => {
      process.removeListener('exit', end)
      resolve()
    })
  })
}
