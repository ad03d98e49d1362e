/**
 * `npm run accept [-- [--all] DECLARATION…]`: the tools that carry what Stowage renders have to accept it.
 * Exit code 1 when one refuses, or accepts what is wrong on purpose; 2 for wrong arguments.
 */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { chartShelf } from './chart-shelf.ts'
import { controls } from './controls.ts'
import { rendered, type Rendered } from './rendered.ts'
import type { Control, Row, Site, Verdict } from './row.ts'
import { rows } from './rows.ts'
import { allSchemas } from './schemas/all-schemas.ts'
import { notes, sum, table, type Line } from './table.ts'

const [root, bin, tools, rook, rookVersion, ...names] = process.argv.slice(2)
if (root === undefined || bin === undefined || tools === undefined || rook === undefined || rookVersion === undefined) throw new Error('usage: accept ROOT BIN TOOL,… ROOK ROOK_VERSION [DECLARATION…]')

/** What was built for this run; rows and controls that need more are named, not run. */
const built = new Set(tools.split(','))
const canRun = ({ needs }: { readonly needs: readonly string[] }): boolean => needs.every((tool) => built.has(tool))

const declarations = await chosenDeclarations(root, names)
const work = await mkdtemp(join(tmpdir(), 'stowage-accept-'))
process.once('exit', () => rmSync(work, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const site = await siteIn(work, { root, bin, rook, rookVersion })
const lines = [...(await inTurn(controls.filter(canRun), (control) => controlLine(control, site))), ...(await inTurn(declarations, (path) => declarationLines(path, site))).flat()]
const all = [...lines, ...(names.length === 0 ? unreached(lines) : [])]
console.log(table(all))
console.log(`\nAcceptance does not prove\n${notes(rows.filter((row) => lines.some(({ of, command }) => of === row.of && command === row.command)))}`)
for (const { of, command, needs } of rows.filter((row) => !canRun(row))) console.log(`not run: ${of}, ${command}: ${needs.filter((tool) => !built.has(tool)).join(', ')} is built with --all only`)
console.log(`\n${sum(all)}`)
process.exitCode = all.every(({ ok }) => ok) ? 0 : 1

async function siteIn(folder: string, from: { readonly root: string; readonly bin: string; readonly rook: string; readonly rookVersion: string }): Promise<Site> {
  const schemas = join(folder, 'schemas')
  for (const { path, schema } of await allSchemas()) {
    await mkdir(dirname(join(schemas, path)), { recursive: true })
    await writeFile(join(schemas, path), JSON.stringify(schema))
  }
  const charts = await chartShelf({ rook: from.rook, rookVersion: from.rookVersion, standIns: join(from.root, 'packages/e2e/accept/charts'), shelf: join(folder, 'charts') })
  return { tool: (name) => join(from.bin, name), schemas, charts, folder: () => mkdtemp(join(folder, 'row-')) }
}

/** Paths: the rig's own declarations and the examples, by name; or any other file. */
async function chosenDeclarations(base: string, wanted: readonly string[]): Promise<readonly string[]> {
  const own = (await readdir(join(base, 'packages/e2e/accept'))).filter((file) => file.endsWith('.yaml')).map((file) => join(base, 'packages/e2e/accept', file))
  const examples = (await readdir(join(base, 'examples'), { recursive: true })).filter((file) => basename(file) === 'storage.yaml').map((file) => join(base, 'examples', file))
  const all = [...own, ...examples].toSorted()
  const files = wanted.filter((name) => name.includes('/'))
  const unknown = wanted.find((name) => !name.includes('/') && !all.some((path) => nameOf(path) === name))
  if (unknown === undefined) return wanted.length === 0 ? all : [...all.filter((path) => wanted.includes(nameOf(path))), ...files]
  console.error(`there is no declaration ${unknown}; there are ${all.map(nameOf).join(', ')}`)
  process.exit(2)
}

/** `examples/homelab/storage.yaml` → `homelab`. */
function nameOf(path: string): string {
  return basename(path) === 'storage.yaml' ? basename(dirname(path)) : basename(path, '.yaml')
}

async function declarationLines(path: string, site: Site): Promise<readonly Line[]> {
  const name = nameOf(path)
  let subject: Rendered
  try {
    subject = rendered(name, path, await readFile(path, 'utf8'))
  } catch (error) {
    return [{ ok: false, declaration: name, of: 'declaration', command: 'stowage render', said: textOf(error) }]
  }
  return inTurn(rows.filter((row) => canRun(row) && row.appliesTo(subject)), (row) => rowLine(row, subject, site))
}

async function rowLine(row: Row, subject: Rendered, site: Site): Promise<Line> {
  const { ok, said } = await verdict(() => row.run(subject, site))
  return { ok, declaration: subject.name, of: row.of, command: row.command, said, ...(row.parsedOnly === undefined ? {} : { parsedOnly: row.parsedOnly }) }
}

async function controlLine(control: Control, site: Site): Promise<Line> {
  const { ok, said } = await verdict(() => control.run(site))
  const line = { declaration: 'control', of: control.what, command: control.command }
  if (ok) return { ...line, ok: false, said: `it accepts what is wrong on purpose: ${said}` }
  return control.because.test(said) ? { ...line, ok: true, said: 'refused' } : { ...line, ok: false, said: `it refuses it for another reason than ${control.because}:\n${said}` }
}

/** A row that no declaration reaches shows nothing, and must not look as if it did. */
function unreached(lines: readonly Line[]): readonly Line[] {
  return rows
    .filter((row) => canRun(row) && !lines.some(({ of, command }) => of === row.of && command === row.command))
    .map((row) => ({ ok: false, declaration: '(none)', of: row.of, command: row.command, said: 'no declaration renders anything for it' }))
}

async function verdict(run: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await run()
  } catch (error) {
    return { ok: false, said: textOf(error) }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** One after the other: the tools use what processors there are by themselves. */
async function inTurn<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const done: Out[] = []
  for (const item of items) done.push(await work(item))
  return done
}
