/** The grandfather-father-son set: staggered starts, and each tier kept for longer than its count times its interval. */

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

interface TierLike {
  readonly enabled?: boolean | undefined
  readonly schedule?: string | undefined
  readonly ttl?: string | undefined
}

/** As much of a declared schedule as decides which schedules there are; with holes where its faults were cut out. */
export interface ScheduleLike extends TierLike, Readonly<Partial<Record<GfsTier, TierLike | undefined>>> {
  readonly rpo?: string | undefined
  readonly storageLocation?: string | undefined
}

export interface NamedSchedule<S extends ScheduleLike> {
  readonly name: string
  /** Below spec.backup.velero: where it is written. */
  readonly path: readonly string[]
  readonly tier?: GfsTier
  readonly schedule?: string | undefined
  readonly ttl?: string | undefined
  readonly rpo?: string | undefined
  readonly storageLocation?: string | undefined
  /** The entry that it comes from; what stands there beside the tiers holds for all of them. */
  readonly entry: S | undefined
}

export interface WrittenSchedules<S extends ScheduleLike> {
  readonly schedules?: 'gfs' | Readonly<Record<string, S | undefined>> | undefined
  readonly offsite?: string | undefined
}

/** Every schedule that is made: those of the set, and those with names of their own. */
export function declaredSchedules<S extends ScheduleLike>({ schedules, offsite }: WrittenSchedules<S>): readonly NamedSchedule<S>[] {
  if (schedules === undefined) return []
  if (schedules === 'gfs') return tiersOf<S>(undefined, offsite, ['schedules'])
  return Object.entries(schedules).flatMap(([name, entry]) => (name === 'gfs' ? tiersOf(entry, offsite, ['schedules', name]) : [own(name, entry)]))
}

function own<S extends ScheduleLike>(name: string, entry: S | undefined): NamedSchedule<S> {
  return { name, path: ['schedules', name], entry, schedule: entry?.schedule, ttl: entry?.ttl, rpo: entry?.rpo, storageLocation: entry?.storageLocation }
}

function tiersOf<S extends ScheduleLike>(entry: S | undefined, offsite: string | undefined, path: readonly string[]): readonly NamedSchedule<S>[] {
  const made = gfsTiers.filter((tier) => isMade(tier, entry?.[tier], offsite))
  return made.map((tier, index) => {
    const written = entry?.[tier]
    return {
      name: tier,
      path: written === undefined ? path : [...path, tier],
      tier,
      entry,
      schedule: written?.schedule ?? gfsDefaults[tier].schedule,
      ttl: written?.ttl ?? gfsDefaults[tier].ttl,
      // A promise of the whole set is kept by its most frequent tier, which is the first.
      rpo: index === 0 ? entry?.rpo : undefined,
      storageLocation: tier === 'offsite' ? offsite : entry?.storageLocation,
    }
  })
}

function isMade(tier: GfsTier, written: TierLike | undefined, offsite: string | undefined): boolean {
  if (written?.enabled !== undefined) return written.enabled
  if (tier === 'hourly') return written !== undefined
  return tier !== 'offsite' || offsite !== undefined
}
