// Bundles the `stowage` command (which is also the driver's main) into packages/cli/dist, ESM with splitting,
// so that `stowage version` loads a few kilobytes and the rest only when a command needs it.
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { forNode } from './bundle-options.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const quiet = process.argv.includes('--quiet')
const outdir = `${root}packages/cli/dist`

rmSync(outdir, { recursive: true, force: true })
const result = await build({
  absWorkingDir: root,
  entryPoints: { stowage: 'packages/cli/src/main.ts', ...(existsSync(`${root}packages/e2e/src/simulate/main.ts`) && { simulate: 'packages/e2e/src/simulate/main.ts' }) },
  outdir,
  outExtension: { '.js': '.mjs' },
  ...forNode,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
})
if (!quiet) {
  const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
  console.log(`built ${outdir.slice(root.length)}: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB`)
}
