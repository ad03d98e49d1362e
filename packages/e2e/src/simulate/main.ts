/** `simulate --seeds 500 [--from 1] [--sabotage name]` or `simulate --seed N [--trace]`. Exits 1 when a schedule breaks a rule, 2 for wrong usage. */
import { parseArgs } from 'node:util'
import { isSabotage, sabotages, type Sabotage } from './sabotage.ts'
import { runSeeds, serveSeeds, type SeedReport } from './seeds.ts'
import { simulate } from './simulate.ts'

interface Wish {
  readonly first: number
  readonly count: number
  readonly single: boolean
  readonly trace: boolean
  readonly sabotage: Sabotage | undefined
}

function usage(what: string): never {
  console.error(`${what}\nusage: simulate [--seeds 500] [--from 1] [--sabotage ${Object.keys(sabotages).join('|')}] | --seed N [--trace]`)
  return process.exit(2)
}

function readWish(): Wish {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' }, sabotage: { type: 'string' }, trace: { type: 'boolean' } },
  })
  const whole = (name: 'seeds' | 'from' | 'seed', otherwise: number): number => {
    const text = values[name] ?? String(otherwise)
    return /^\d+$/.test(text) ? Number(text) : usage(`--${name} wants a whole number, not ${JSON.stringify(text)}`)
  }
  const { sabotage } = values
  if (sabotage !== undefined && !isSabotage(sabotage)) usage(`there is no sabotage ${JSON.stringify(sabotage)}`)
  const single = values.seed !== undefined
  return { first: single ? whole('seed', 1) : whole('from', 1), count: single ? 1 : whole('seeds', 500), single, trace: values.trace === true, sabotage }
}

async function runOne({ first: seed, trace, sabotage }: Wish): Promise<number> {
  const result = await simulate(seed, { sabotage })
  if (trace) console.log(result.trace.join('\n'))
  if (result.violation !== undefined) {
    explain({ seed, events: result.events, digest: result.digest, violation: result.violation.message, orphans: 0, trace: trace ? [] : result.trace }, sabotage)
    return 1
  }
  console.log(`seed ${seed}: no rule broken, ${result.events} events in ${Math.round(result.elapsedMs / 1000)} virtual seconds, digest ${result.digest}`)
  return 0
}

async function runMany(wish: Wish): Promise<number> {
  const startedAt = performance.now()
  const { schedules, events, orphans, failure } = await runSeeds(new URL(import.meta.url), wish)
  const seconds = (performance.now() - startedAt) / 1000
  if (failure !== undefined) explain(failure, wish.sabotage)
  console.log(`${schedules} schedules, ${events} events, ${failure === undefined ? 'no rule broken' : 'a rule broken'}, ${orphans} orphans after a change of the scheduler's mind: ${seconds.toFixed(1)} s, ${(schedules / seconds).toFixed(1)} schedules/s`)
  return failure === undefined ? 0 : 1
}

function explain({ seed, violation, digest, trace }: SeedReport, sabotage: Sabotage | undefined): void {
  if (trace.length > 0) console.log(trace.slice(-60).join('\n'))
  const how = sabotage === undefined ? '' : ` --sabotage ${sabotage}`
  console.error(`\nseed ${seed} breaks a rule (digest ${digest}):\n  ${violation}\nReplay it with: npm run simulate -- --seed ${seed}${how} --trace`)
}

if (!serveSeeds()) {
  const wish = readWish()
  process.exitCode = await (wish.single ? runOne(wish) : runMany(wish))
}
