// `npm run oracle [-- --record]`: the lab's Kubernetes against a real kube-apiserver. Needs Go the first time.
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
const outfile = `${root}.cache/oracle/main.mjs`
await build({
  absWorkingDir: root,
  entryPoints: ['packages/e2e/src/oracle/main.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
})
const record = process.argv.includes('--record') ? [`${root}packages/e2e/oracle/recorded.json`] : []
const result = spawnSync(process.execPath, [outfile, realPartsBin, ...record], { cwd: root, stdio: 'inherit' })
process.exit(result.status ?? 1)
