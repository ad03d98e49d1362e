// Writes the reference pages and the JSON Schema from their sources. Run it at the repository's root.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'stowage-generate-'))
try {
  process.chdir(root)
  await build({
    absWorkingDir: root,
    entryPoints: ['packages/cli/src/reference/generate.ts'],
    outdir: scratch,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'error',
    banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
  })
  await import(pathToFileURL(join(scratch, 'generate.mjs')).href)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
