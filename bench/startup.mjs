// How long the bundled command takes to start, as a ratio to `node -e ''` measured in the same run, in turn.
// Wanted: `stowage version` at most 1.5, `stowage check examples/homelab/storage.yaml` at most 2.2.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.argv[2] ?? 21)
const cli = 'packages/cli/dist/stowage.mjs'
const commands = {
  "node -e ''": ['-e', ''],
  'stowage version': [cli, 'version'],
  'stowage check': [cli, 'check', 'examples/homelab/storage.yaml'],
}

const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, args] of Object.entries(commands)) {
    const started = process.hrtime.bigint()
    const result = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    const ms = Number(process.hrtime.bigint() - started) / 1e6
    if (result.status !== 0) throw new Error(`${name} exits ${result.status}: ${result.stderr}`)
    if (round > 0) times[name].push(ms) // The first round warms the page cache.
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const base = median(times["node -e ''"])
for (const [name, values] of Object.entries(times)) {
  // Ratios pair by pair, so that a change of the machine's speed during the run does not count.
  const ratio = median(values.map((value, index) => value / times["node -e ''"][index]))
  console.log(`${name.padEnd(18)} median ${median(values).toFixed(1)} ms  ratio ${ratio.toFixed(2)}`)
}
console.log(`base ${base.toFixed(1)} ms, ${rounds} rounds, node ${process.version}`)
