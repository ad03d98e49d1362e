/** Durations as Go writes them (time.ParseDuration): `720h`, `1h30m`. */
const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** Milliseconds; undefined when the text is not a duration in h, m, s and ms. */
export function parseGoDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * (unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms' ? units[unit] : 0)
  }
  return total
}

/** For people: `45m`, `25h`, `8 days`. */
export function spokenDuration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / units.m)
  if (minutes < 120) return `${minutes}m`
  const hours = Math.round(minutes / 6) / 10
  return hours < 72 ? `${hours}h` : `${Math.round(hours / 2.4) / 10} days`
}
