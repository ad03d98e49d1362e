/** One seeded schedule: the real driver in a virtual world that goes wrong, with what may never happen looked for after every event. */
import { createApiSchema, type ApiSchema } from '@stowage/lab/proxmox/schema/schema'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { checkForeignDisk, makeForeignDisk, misuseForeignDisk } from './foreign-disk.ts'
import { watchInvariants } from './invariants.ts'
import { Operator } from './operator.ts'
import type { Sabotage } from './sabotage.ts'
import { connectMachines, createSite, type Site } from './site.ts'
import { makeTrouble } from './trouble.ts'
import { Violation } from './violations.ts'
import { VolumeLife } from './volume-life.ts'

export interface SimulationOptions {
  /** Share one between schedules. */
  readonly schema?: ApiSchema
  readonly sabotage?: Sabotage | undefined
  /** One or two volumes and a minute of trouble, for what has to be run very often; default false. */
  readonly short?: boolean
}

export interface SimulationResult {
  readonly seed: number
  /** Of everything that happened, in order: two runs of a seed have the same. */
  readonly digest: string
  readonly events: number
  /** Virtual milliseconds. */
  readonly elapsedMs: number
  readonly violation: Violation | undefined
  /** `pve1 local-zfs:vm-9999-x`: disks left where the scheduler had first wanted them. */
  readonly orphans: readonly string[]
  /** The last lines of the trace. */
  readonly trace: readonly string[]
}

/** Milliseconds of the world: trouble ends then, and everything must have come to its end by the second. */
const troubleEndsMs = { long: 4 * 60_000, short: 45_000 } as const
const mustEndMs = 40 * 60_000

export async function simulate(seed: number, { schema = createApiSchema(proxmoxMethods), sabotage, short = false }: SimulationOptions = {}): Promise<SimulationResult> {
  const site = createSite(seed, schema)
  const { violation, orphans } = await runSchedule(site, sabotage, short)
  const { world } = site
  return { seed, digest: world.trace.digest(), events: world.events, elapsedMs: world.elapsed(), violation, orphans, trace: world.trace.text().split('\n') }
}

async function runSchedule(site: Site, sabotage: Sabotage | undefined, short: boolean): Promise<Pick<SimulationResult, 'violation' | 'orphans'>> {
  try {
    const orphans = await site.world.run(() => schedule(site, sabotage, short), { untilMs: mustEndMs, maxEvents: 5_000_000, guard: true })
    return { violation: undefined, orphans }
  } catch (error) {
    if (error instanceof Violation) return { violation: error, orphans: [] }
    if (error instanceof Error && /RunLimitError|QuiescentError/.test(error.name)) return { violation: new Violation('hang', error.message), orphans: [] }
    throw error
  }
}

async function schedule(site: Site, sabotage: Sabotage | undefined, short: boolean): Promise<readonly string[]> {
  let violated: (violation: Violation) => void = () => {}
  const seen = new Promise<never>((_, reject) => {
    violated = reject
  })
  const operator = new Operator(site, sabotage)
  await connectMachines(site, operator)
  await makeForeignDisk(site)
  const stopWatching = watchInvariants(site, operator.attachments, (violation) => violated(violation))
  site.proxmox.world.history.onEvent(({ kind, volid = '', vmid, slot = '', note = '' }) => site.world.note(kind, [volid, vmid, slot, note].join(' ').trim(), 'proxmox'))
  await operator.start()
  await Promise.race([seen, everything(operator, short)])
  stopWatching()
  checkForeignDisk(site)
  return checkNothingLeft(operator)
}

async function everything(operator: Operator, short: boolean): Promise<void> {
  const count = short ? 1 + operator.random.integer(2) : 2 + operator.random.integer(4)
  const lives = Array.from({ length: count }, (_, index) => new VolumeLife(operator, `pvc-${index}`).run())
  await Promise.all([...lives, misuseForeignDisk(operator), makeTrouble(operator, short ? troubleEndsMs.short : troubleEndsMs.long)])
}

/** Answers what was left on a node where the scheduler no longer wanted the volume: an orphan, which costs space and no data. */
function checkNothingLeft({ site, controller, givenUp }: Operator): string[] {
  const left = site.proxmox.world.volumes().filter(({ owner }) => owner === 9999).map(({ volid, node }) => `${node ?? 'every node'} ${volid}`)
  const isOrphan = (place: string): boolean => givenUp.has(place.replace(':9999/', ':').replace(/\.raw$/, ''))
  const forgotten = left.filter((place) => !isOrphan(place))
  if (forgotten.length > 0) throw new Violation('disk left behind', forgotten.join(', '))
  if (controller !== undefined && controller.locks.held > 0) throw new Violation('hang', `${controller.locks.held} locks are held although nothing is asked`)
  return left
}
