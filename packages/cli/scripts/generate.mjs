// Writes the reference pages and the JSON Schema from their sources. Run it at the repository's root.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { forNode } from '../../../scripts/bundle-options.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'stowage-generate-'))
try {
  process.chdir(root)
  await build({
    absWorkingDir: root,
    entryPoints: ['packages/cli/src/reference/generate.ts'],
    outdir: scratch,
    outExtension: { '.js': '.mjs' },
    ...forNode,
    splitting: true,
    logLevel: 'error',
  })
  await import(pathToFileURL(join(scratch, 'generate.mjs')).href)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
