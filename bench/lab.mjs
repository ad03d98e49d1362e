// The lab in virtual time: PVCs with pods to Running, with the real declaration, plan, apply and driver. Each size is a process of its own.
// `node bench/lab.mjs [volumes/machines ...]`, default 200/8 1000/40. Beside wall time and memory stands the time of 1,000 bare timer
// events in the same world, measured in the same process. A size that takes longer than `--limit` seconds of wall time (default 300) ends
// there and says how far it came. `--profile DIR` writes a CPU profile of each size.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { forNode } from '../scripts/bundle-options.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { limit: { type: 'string', default: '300' }, profile: { type: 'string' } } })
const sizes = positionals.length > 0 ? positionals : ['200/8', '1000/40']
const scratch = mkdtempSync(join(tmpdir(), 'stowage-bench-'))

const work = `
import { VirtualWorld } from '@stowage/effects/virtual'
import { KubernetesClient } from '@stowage/kubernetes'
import { createLab } from '@stowage/lab'
import { planStorage, readDeclaration } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import { stowageImages } from './src/lab/images.ts'
import { storeCredentials } from './src/lab/storage-credentials.ts'

const [volumes, machines, limitSeconds] = process.argv.slice(2).map(Number)
const gib = 1024 ** 3
const proxmoxNodes = Array.from({ length: Math.max(1, Math.round(machines / 10)) }, (_, index) => 'pve' + (index + 1))
const layout = {
  region: 'pve',
  proxmoxNodes,
  storages: [{ storage: 'local-zfs', type: 'zfspool', sizeBytes: 100_000 * gib, sparse: true }],
  machines: Array.from({ length: machines }, (_, index) => ({
    name: 'k' + (index + 1),
    vmid: 101 + index,
    on: proxmoxNodes[index % proxmoxNodes.length],
    systemUuid: '11111111-0000-4000-8000-' + String(101 + index).padStart(12, '0'),
  })),
}
const declaration = \`apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: bench }
spec:
  namespace: storage-system
  backends:
    pve: { proxmox: { region: pve, endpoints: [\${proxmoxNodes.map((node) => '"https://' + node + '.example:8006"').join(', ')}], credentials: { secretRef: proxmox-csi } } }
  classes:
    fast: { backend: pve, storage: local-zfs }
\`

const base = await timerBase()
const origin = 'https://kubernetes.lab.example'
const world = new VirtualWorld({ seed: 1 })
const lab = createLab({ processes: world, layout, images: stowageImages })
world.route(origin, lab.kubernetes)
for (const node of proxmoxNodes) world.route('https://' + node + '.example:8006', lab.proxmox.handler(node))
const { effects } = world.process('stowage')
const client = new KubernetesClient({ server: origin, http: effects.http, clock: effects.clock })
const marks = [mark('start')]
const running = new Set()

await world.run(async () => {
  await storeCredentials(client, lab.credentials)
  const { spec, findings } = readDeclaration([{ file: 'bench.yaml', text: declaration }])
  if (spec === undefined) throw new Error(JSON.stringify(findings))
  const applied = await applyPlan(planStorage(spec), { client, waitMs: 600_000 })
  if (!applied.ok) throw new Error(JSON.stringify(applied.outcomes.filter(({ state }) => state !== 'done').slice(0, 3)))
  marks.push(mark('drivers registered'))
  const done = new Promise((resolve) => {
    const stop = lab.store.client('bench').watch('pods', { namespace: 'default' }, ({ object }) => {
      if (object.status?.phase === 'Running') running.add(object.metadata.name)
      if (running.size < volumes) return
      stop()
      resolve()
    })
  })
  await Promise.race([create().then(() => done), outOfTime()])
  marks.push(mark(running.size + ' Running'))
  if (running.size === volumes) checkTruth()
}, { untilMs: 24 * 3_600_000 })

async function create() {
  for (let index = 0; index < volumes; index += 1) await createPair(index)
  marks.push(mark('pods created'))
}

async function outOfTime() {
  while (performance.now() - marks[0].ms < limitSeconds * 1000) await effects.clock.sleep(100)
}

async function createPair(index) {
  const metadata = { name: 'bench-' + index, namespace: 'default' }
  await client.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } } })
  await client.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      containers: [{ name: 'main', image: 'busybox', command: ['sleep', '1000000'], volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: metadata.name } }],
    },
  })
}

/** What was asked is there: a disk for each claim, in the VM of its pod and nowhere else. */
function checkTruth() {
  const held = lab.proxmox.world.vms().flatMap(({ node, plugged }) => [...plugged.values()].map(({ volid }) => node + ' ' + volid))
  const disks = lab.proxmox.world.volumes().filter(({ owner }) => owner === 9999)
  if (held.length !== volumes || new Set(held).size !== volumes) throw new Error(held.length + ' disks are in VMs, for ' + volumes + ' claims')
  if (disks.length < volumes) throw new Error('there are only ' + disks.length + ' disks')
}

function mark(name) {
  return { name, ms: performance.now(), virtualMs: world.elapsed(), events: world.events }
}

/** Milliseconds for 1,000 timer events that do nothing. */
async function timerBase() {
  const bare = new VirtualWorld({ seed: 1 })
  const { clock } = bare.process('base').effects
  const run = (count) => bare.run(async () => { for (let index = 0; index < count; index += 1) await clock.sleep(1) })
  await run(20_000)
  const started = performance.now()
  await run(100_000)
  return (performance.now() - started) / 100
}

console.log(JSON.stringify({ base, marks, volumes: running.size, cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000, peakKiB: process.resourceUsage().maxRSS }))
process.exit(0)
`

try {
  await build({
    stdin: { contents: work, resolveDir: join(root, 'packages/cli'), loader: 'ts' },
    outfile: join(scratch, 'work.mjs'),
    ...forNode,
    logLevel: 'error',
  })
  for (const size of sizes) show(size, measure(size.split('/')))
  console.log(`node ${process.version}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function measure(size) {
  const profile = flags.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`, `--cpu-prof-name=lab-${size.join('-')}.cpuprofile`]
  const result = spawnSync(process.execPath, [...profile, join(scratch, 'work.mjs'), ...size, flags.limit], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (result.status !== 0) throw new Error(`${size.join('/')}: ${result.stderr.slice(-4000)}`)
  return JSON.parse(result.stdout)
}

function show(size, { base, marks, volumes, cpuMs, peakKiB }) {
  console.log(`${size}: volumes on machines`)
  for (const [index, { name, ms, virtualMs, events }] of marks.entries()) {
    const before = marks[index - 1]
    if (before === undefined) continue
    console.log(`  ${name.padEnd(20)} ${seconds(ms - before.ms)} wall  ${seconds(virtualMs - before.virtualMs)} virtual  ${String(events - before.events).padStart(9)} events`)
  }
  const whole = marks.at(-1).ms - marks[0].ms
  console.log(`  whole ${(whole / 1000).toFixed(1)} s wall (${(cpuMs / 1000).toFixed(1)} s CPU), ${(whole / volumes).toFixed(1)} ms a volume; at most ${(peakKiB / 1024).toFixed(0)} MiB; base ${base.toFixed(2)} ms for 1,000 timer events: ${(whole / volumes / base).toFixed(1)} times that a volume`)
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1).padStart(8)} s`
}
