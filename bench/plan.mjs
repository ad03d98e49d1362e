// Plans and renders 10,000 static volumes from text, in a process of its own: wall time and the most memory that it held.
// Wanted: under 1 s and 512 MiB, from the text's being read to the last rendered byte.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { forNode } from '../scripts/bundle-options.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const volumes = Number(process.argv[2] ?? 10_000)
const scratch = mkdtempSync(join(tmpdir(), 'stowage-bench-'))

const work = `
import { encodeKubectl, encodeYaml, planStorage, readDeclaration } from '@stowage/module'
const count = ${volumes}
const entries = Array.from({ length: count }, (_, index) => \`    volume-\${index}: { namespace: team-\${index % 50}, class: fast, size: \${1 + (index % 900)}Gi, handle: pve/pve\${index % 5}/local-zfs/vm-9999-volume-\${index} }\\n\`)
const text = \`apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: bench }
spec:
  backends:
    pve: { proxmox: { region: pve, endpoints: ["https://pve.example:8006"], credentials: { secretRef: proxmox-csi } } }
  classes:
    fast: { backend: pve, storage: local-zfs, mountOptions: [noatime] }
  volumes:
\${entries.join('')}\`
const times = {}
const step = (name, run) => {
  const started = performance.now()
  const result = run()
  times[name] = performance.now() - started
  return result
}
const { spec, findings } = step('read', () => readDeclaration([{ file: 'bench.yaml', text }]))
if (spec === undefined) throw new Error(JSON.stringify(findings.slice(0, 3)))
const plan = step('plan', () => planStorage(spec))
const files = step('render', () => encodeKubectl(plan))
const objects = plan.objects.length
if (objects < 2 * count) throw new Error('the plan has only ' + objects + ' objects')
const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
console.log(JSON.stringify({ times, objects, bytes, peakKiB: process.resourceUsage().maxRSS }))
`

try {
  await build({
    stdin: { contents: work, resolveDir: join(root, 'packages/cli'), loader: 'ts' },
    outfile: join(scratch, 'work.mjs'),
    ...forNode,
    logLevel: 'error',
  })
  const result = spawnSync(process.execPath, [join(scratch, 'work.mjs')], { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(result.stderr)
  const { times, objects, bytes, peakKiB } = JSON.parse(result.stdout)
  for (const [name, ms] of Object.entries(times)) console.log(`${name.padEnd(8)} ${ms.toFixed(0).padStart(6)} ms`)
  console.log(`plan and render ${(times.plan + times.render).toFixed(0)} ms, with reading ${(times.read + times.plan + times.render).toFixed(0)} ms; ${objects} objects, ${(bytes / 1024 / 1024).toFixed(1)} MiB; at most ${(peakKiB / 1024).toFixed(0)} MiB of memory`)
  console.log(`${volumes} volumes, node ${process.version}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
