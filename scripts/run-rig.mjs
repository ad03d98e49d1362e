// Bundles a rig of packages/e2e/src and runs it on this Node.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { forNode } from './bundle-options.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Ends the process with the rig's exit code. */
export async function runRig(name, args) {
  const outfile = `${root}.cache/${name}/main.mjs`
  await build({
    absWorkingDir: root,
    entryPoints: [`packages/e2e/src/${name}/main.ts`],
    outfile,
    ...forNode,
    logLevel: 'warning',
  })
  const result = spawnSync(process.execPath, [outfile, ...args], { cwd: root, stdio: 'inherit' })
  process.exit(result.status ?? 1)
}
