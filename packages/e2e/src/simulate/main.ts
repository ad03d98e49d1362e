/** `simulate --seeds 500 [--from 1] [--sabotage name]` or `simulate --seed N [--trace]`. Exits 1 at the first schedule that breaks a rule. */
import { parseArgs } from 'node:util'
import { createApiSchema } from '@stowage/lab/proxmox/schema/schema'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { isSabotage, sabotages } from './sabotage.ts'
import { simulate, type SimulationResult } from './simulate.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '500' }, from: { type: 'string', default: '1' }, seed: { type: 'string' }, sabotage: { type: 'string' }, trace: { type: 'boolean', default: false } },
})

function wholeNumber(text: string, option: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  console.error(`--${option} wants a whole number, not ${JSON.stringify(text)}`)
  return process.exit(2)
}

function chosenSabotage() {
  const { sabotage } = values
  if (sabotage === undefined || isSabotage(sabotage)) return sabotage
  console.error(`--sabotage wants one of ${Object.keys(sabotages).join(', ')}, not ${JSON.stringify(sabotage)}`)
  return process.exit(2)
}

const sabotage = chosenSabotage()
const first = wholeNumber(values.seed ?? values.from, values.seed === undefined ? 'from' : 'seed')
const count = values.seed === undefined ? wholeNumber(values.seeds, 'seeds') : 1
const schema = createApiSchema(proxmoxMethods)
const startedAt = performance.now()
let events = 0

for (let seed = first; seed < first + count; seed++) {
  const result = await simulate(seed, { schema, sabotage })
  events += result.events
  if (values.trace || result.violation !== undefined) console.log(result.trace.slice(values.trace ? 0 : -60).join('\n'))
  if (result.violation !== undefined) fail(result)
  if (values.seed !== undefined) console.log(`seed ${seed}: ${result.events} events in ${Math.round(result.elapsedMs / 1000)} virtual seconds, digest ${result.digest}`)
}
const seconds = (performance.now() - startedAt) / 1000
console.log(`${count} schedules, ${events} events, no rule broken: ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} schedules/s`)

function fail({ seed, violation, digest }: SimulationResult): never {
  console.error(`\nseed ${seed} breaks a rule after the trace above (digest ${digest}):\n  ${violation?.message}\nReplay it with: npm run simulate -- --seed ${seed}${sabotage === undefined ? '' : ` --sabotage ${sabotage}`} --trace`)
  return process.exit(1)
}
