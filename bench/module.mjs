// Checks and renders a whole storage module from its text, in a process of its own: filesystems, classes, schedules, static
// volumes. Wanted: 20 filesystems, 200 classes, 100 schedules and 10,000 volumes in under 1.5 s, from text to the last byte.
// `node bench/module.mjs` measures half, whole and double of that; `node bench/module.mjs 4` four times as much.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { forNode } from '../scripts/bundle-options.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const scales = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [0.5, 1, 2]
const scratch = mkdtempSync(join(tmpdir(), 'stowage-bench-'))

const work = `
import { encodeKubectl, planStorage, readDeclaration } from '@stowage/module'
const scale = Number(process.argv[2])
const count = (whole) => Math.round(whole * scale)
const lines = (length, line) => Array.from({ length }, (_, index) => line(index)).join('\\n')
const many = Math.max(3, count(20))
const text = \`apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: bench }
spec:
  facts:
    nodes:
\${lines(many, (n) => \`      w\${n}: { schedulable: true, memory: 256Gi, devices: { /dev/disk/by-id/nvme-\${n}: { rotational: false, size: 2Ti }, /dev/disk/by-id/ata-\${n}: { rotational: true, size: 8Ti } } }\`)}
  backends:
    pve: { proxmox: { region: pve, endpoints: ["https://pve.example:8006"], credentials: { secretRef: proxmox-csi } } }
    ceph:
      rookCeph:
        storage:
          nodes:
\${lines(many, (n) => \`            - { name: w\${n}, devices: [{ name: /dev/disk/by-id/nvme-\${n}, config: { deviceClass: nvme } }, { name: /dev/disk/by-id/ata-\${n} }] }\`)}
        filesystems:
\${lines(count(20), (n) => \`          fs\${n}: { metadataPool: { replicated: { size: 3 }, deviceClass: nvme }, dataPools: [{ name: main, replicated: { size: 3 }, deviceClass: hdd }], metadataServer: { activeCount: 1 } }\`)}
  classes:
    fast: { backend: pve, storage: local-zfs, mountOptions: [noatime] }
\${lines(count(200), (n) => \`    class\${n}: { backend: ceph, fsName: fs\${n % count(20)}, pool: main }\`)}
  backup:
    velero:
      enableSnapshotBackups: true
      enableFilesystemBackups: true
      repositoryPassword: { existing: true }
      locations:
        default: { provider: aws, bucket: backups, region: eu-central-1, default: true, credential: { name: s3, key: cloud } }
      schedules:
\${lines(count(100), (n) => \`        s\${n}: { schedule: "\${(n * 7) % 60} \${Math.floor((n * 7) / 60) % 24} * * *", ttl: 192h, includedNamespaces: [team-\${n}] }\`)}
  monitoring: { alerts: true }
  volumes:
\${lines(count(10000), (n) => \`    volume-\${n}: { namespace: team-\${n % 50}, class: fast, size: \${1 + (n % 900)}Gi, handle: pve/pve\${n % 5}/local-zfs/vm-9999-volume-\${n} }\`)}
\`
const times = {}
const cpu = {}
const step = (name, run) => {
  const [started, before] = [performance.now(), process.cpuUsage()]
  const result = run()
  const { user, system } = process.cpuUsage(before)
  times[name] = performance.now() - started
  cpu[name] = (user + system) / 1000
  return result
}
const { spec, findings } = step('check', () => readDeclaration([{ file: 'bench.yaml', text }]))
if (spec === undefined) throw new Error(JSON.stringify(findings.filter(({ severity }) => severity === 'error').slice(0, 3)))
const plan = step('plan', () => planStorage(spec))
const files = step('render', () => encodeKubectl(plan))
const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
console.log(JSON.stringify({ times, cpu, findings: findings.length, objects: plan.objects.length, bytes, peakKiB: process.resourceUsage().maxRSS }))
`

try {
  const outfile = join(scratch, 'work.mjs')
  await build({ stdin: { contents: work, resolveDir: join(root, 'packages/cli'), loader: 'ts' }, outfile, ...forNode, logLevel: 'error' })
  // Processor time beside wall time: on a machine that does other things at once only the first says something of the program.
  console.log('scale  objects  findings  check ms  plan ms  render ms  all ms  of the processor ms     MiB')
  for (const scale of scales) {
    const result = spawnSync(process.execPath, [outfile, String(scale)], { encoding: 'utf8' })
    if (result.status !== 0) throw new Error(result.stderr)
    const { times, cpu, findings, objects, peakKiB } = JSON.parse(result.stdout)
    const all = times.check + times.plan + times.render
    console.log([String(scale).padEnd(5), String(objects).padStart(8), String(findings).padStart(9), ...[times.check, times.plan, times.render, all].map((ms) => ms.toFixed(0).padStart(9)), (cpu.check + cpu.plan + cpu.render).toFixed(0).padStart(13), `(${['check', 'plan', 'render'].map((step) => cpu[step].toFixed(0)).join('+')})`, (peakKiB / 1024).toFixed(0).padStart(8)].join(' '))
  }
  console.log(`node ${process.version}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
