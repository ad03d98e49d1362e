// `npm test`: types, lint, then every test; ends with one plain line `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'stowage-test-'))
const bin = (name) => join(root, 'node_modules', '.bin', name)
const testsOnly = process.argv.includes('--tests-only')
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

/** Runs a step on this very Node, so that `npm test` under another Node tests that Node. */
function run(title, program, args) {
  const started = Date.now()
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: process.env })
  const ok = result.status === 0
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  return ok
}

const steps = []
if (!testsOnly) {
  steps.push(run('types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']))
  steps.push(run('lint', bin('oxlint'), ['--deny-warnings', 'packages', 'scripts', 'bench']))
}
steps.push(run('bundle', process.execPath, ['scripts/build.mjs']))

const report = join(scratch, 'report.json')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
run('tests', process.execPath, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters])

let passed = steps.filter(Boolean).length
let failed = steps.length - passed
try {
  const results = JSON.parse(readFileSync(report, 'utf8'))
  passed += results.numPassedTests
  // A file that cannot even be loaded reports no test: count it, so that it cannot pass in silence.
  const unloadable = results.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  failed += results.numFailedTests + unloadable
  const skipped = results.numPendingTests + results.numTodoTests
  if (skipped > 0) console.log(`skipped tests are defects here: ${skipped}`)
  failed += skipped
} catch (error) {
  console.error(`no test report: ${error.message}`)
  failed += 1
}
rmSync(scratch, { recursive: true, force: true })
console.log(`node ${process.version}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
