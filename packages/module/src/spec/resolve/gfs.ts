/** The grandfather-father-son set: staggered starts, and each tier kept for longer than its count times its interval. */
import type { DeclaredVelero } from '../schema/velero.ts'
import type { DeclaredSchedule } from '../schema/velero.ts'

export const gfsTiers = ['hourly', 'daily', 'weekly', 'monthly', 'offsite'] as const
export type GfsTier = (typeof gfsTiers)[number]

/** docs/guides/backups.md has the same table; a test holds them together. */
export const gfsDefaults = {
  hourly: { schedule: '7 * * * *', ttl: '26h', kept: 24 },
  daily: { schedule: '17 0 * * *', ttl: '192h', kept: 7 },
  weekly: { schedule: '47 1 * * 0', ttl: '840h', kept: 5 },
  monthly: { schedule: '17 3 1 * *', ttl: '9528h', kept: 13 },
  offsite: { schedule: '17 4 * * 6', ttl: '2160h', kept: 13 },
} as const satisfies Record<GfsTier, { readonly schedule: string; readonly ttl: string; readonly kept: number }>

export interface NamedSchedule {
  readonly name: string
  /** Path below spec.backup.velero. */
  readonly path: readonly string[]
  readonly tier?: GfsTier
  readonly declared: DeclaredSchedule
}

type Written = Pick<DeclaredVelero, 'schedules' | 'offsite'>

/** Every schedule that is made: the tiers first, then those with names of their own. What stands beside a tier's table in `gfs` holds for all tiers. */
export function declaredSchedules({ schedules, offsite }: Written): readonly NamedSchedule[] {
  if (schedules === undefined) return []
  if (schedules === 'gfs') return tiersOf({}, offsite, ['schedules'])
  return Object.entries(schedules).flatMap(([name, declared]) =>
    name === 'gfs' ? tiersOf(declared, offsite, ['schedules', 'gfs']) : [{ name, path: ['schedules', name], declared }],
  )
}

function tiersOf(declared: DeclaredSchedule, offsite: string | undefined, path: readonly string[]): readonly NamedSchedule[] {
  const { hourly, daily, weekly, monthly, offsite: away, rpo, ...shared } = declared
  const tiers = { hourly, daily, weekly, monthly, offsite: away }
  return gfsTiers.flatMap((tier): readonly NamedSchedule[] => {
    const own = tiers[tier]
    const made = own?.enabled ?? (tier === 'hourly' ? own !== undefined : tier === 'offsite' ? offsite !== undefined : true)
    if (!made) return []
    const { schedule, ttl } = gfsDefaults[tier]
    const where = tier === 'offsite' && offsite !== undefined ? { storageLocation: offsite } : {}
    const promised = rpo !== undefined && tier === shortest(tiers) ? { rpo } : {}
    return [{ name: tier, path: own === undefined ? path : [...path, tier], tier, declared: { ...shared, ...promised, ...where, schedule: own?.schedule ?? schedule, ttl: own?.ttl ?? ttl } }]
  })
}

/** The tier that a promise of the whole set is kept by. */
function shortest({ hourly, daily, weekly }: Pick<DeclaredSchedule, 'hourly' | 'daily' | 'weekly'>): GfsTier {
  if (hourly !== undefined && hourly.enabled !== false) return 'hourly'
  if (daily?.enabled !== false) return 'daily'
  return weekly?.enabled === false ? 'monthly' : 'weekly'
}
