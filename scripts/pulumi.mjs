// `npm run pulumi [-- --node20] [FILTER]`: the published package under Pulumi's mocks, with the oldest and the newest peers it allows, on Node
// 20 and 24. Ends with one plain line `N passed, N failed`. The fixtures are locked (packages/e2e/pulumi) and installed under .cache.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node24 } from './node24-program.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'packages', 'e2e', 'pulumi')
const cache = join(root, '.cache', 'pulumi')
const fixtures = ['kubernetes-3', 'kubernetes-4']
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const nodes = process.argv.includes('--node20') ? [process.execPath] : [process.execPath, node24()]
const files = ['package.json', 'package-lock.json', '.npmrc']
let passed = 0
let failed = 0

for (const fixture of fixtures) install(fixture)
step('package', root, process.execPath, ['packages/module/scripts/build-package.mjs', join(cache, 'kubernetes-4', 'node_modules')])
for (const fixture of failed > 0 ? [] : fixtures) {
  prepare(fixture)
  const compiled = step(`${fixture}: types`, join(cache, fixture), process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'])
  for (const node of compiled ? nodes : []) test(fixture, node)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

/** Once for each lock. */
function install(fixture) {
  const place = join(cache, fixture)
  const mark = join(place, 'node_modules', '.installed')
  const wanted = createHash('sha256').update(files.map((file) => readFileSync(join(source, fixture, file))).join('\0')).digest('hex')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  for (const file of files) cpSync(join(source, fixture, file), join(place, file))
  if (step(`${fixture}: npm ci`, place, 'npm', ['ci', '--ignore-scripts'])) writeFileSync(mark, wanted)
}

/** The package as npm would put it there, the tests, the examples, and document 003's usage text, byte for byte. */
function prepare(fixture) {
  const place = join(cache, fixture)
  cpSync(join(source, fixture, 'tsconfig.json'), join(place, 'tsconfig.json'))
  for (const [from, to] of [[join(root, 'packages', 'module', 'dist'), join(place, 'node_modules', '@stowage', 'module')], [join(source, 'program'), join(place, 'program')], [join(root, 'examples'), join(place, 'examples')]]) {
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true })
  }
  rmSync(join(place, 'build'), { recursive: true, force: true })
  mkdirSync(join(place, 'program', 'stacks'), { recursive: true })
  writeFileSync(join(place, 'program', 'stacks', 'usage-003.ts'), usageOf003())
}

function usageOf003() {
  const seeds = join(root, 'examples', 'seeds')
  const usage = readFileSync(join(seeds, '003', '06.ts.txt'), 'utf8')
  const name = readdirSync(join(seeds, 'documents')).find((file) => file.startsWith('003'))
  if (!readFileSync(join(seeds, 'documents', name ?? ''), 'utf8').includes(`\`\`\`typescript\n${usage}`)) {
    console.error('examples/seeds/003/06.ts.txt is not what document 003 says; restore it from examples/seeds/documents')
    process.exit(1)
  }
  return usage
}

function test(fixture, node) {
  const place = join(cache, fixture)
  const tests = readdirSync(join(place, 'build')).filter((file) => /\.test\.m?js$/.test(file) && filters.every((filter) => file.includes(filter)))
  const result = spawnSync(node, ['--test', '--test-reporter=tap', ...tests.map((file) => join('build', file))], { cwd: place, encoding: 'utf8', env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ''}` } })
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(result.stdout)?.[1] ?? 0)
  const left = count('cancelled') + count('skipped') + count('todo')
  const bad = count('fail') + left + (count('pass') + count('fail') === 0 ? 1 : 0)
  if (bad > 0) console.log(result.stdout + result.stderr)
  console.log(`${bad === 0 ? 'ok    ' : 'FAILED'} ${fixture} on Node ${versionOf(node)}: ${count('pass')} passed, ${bad} failed`)
  passed += count('pass')
  failed += bad
}

function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
}

function step(title, cwd, program, args) {
  const result = spawnSync(program, args, { cwd, stdio: 'inherit' })
  const ok = result.status === 0
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${title}`)
  if (ok) passed += 1
  else failed += 1
  return ok
}
