// `npm run kubectl [-- --record]`: a real kubectl against `stowage lab up`. Needs Go the first time.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildRealParts, realPartsBin } from './real-parts.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
try {
  buildRealParts()
} catch (error) {
  console.error(error.message)
  process.exit(2)
}
const bundle = spawnSync(process.execPath, ['scripts/build.mjs', '--quiet'], { cwd: root, stdio: 'inherit' })
if (bundle.status !== 0) process.exit(bundle.status ?? 1)
const outfile = `${root}.cache/kubectl/main.mjs`
await build({ absWorkingDir: root, entryPoints: ['packages/e2e/src/kubectl/main.ts'], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20.19', logLevel: 'warning' })
const result = spawnSync(process.execPath, [outfile, root, realPartsBin, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exit(result.status ?? 1)
