// Runs the tests under the Node that images and bundles carry.
import { spawnSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node24 } from './node24-program.mjs'

const node = node24()
const result = spawnSync(node, ['scripts/test.mjs', '--tests-only', ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
})
process.exit(result.status ?? 1)
