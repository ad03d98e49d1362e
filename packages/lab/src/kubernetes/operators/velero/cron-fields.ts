/** One field of a cron expression as robfig/cron v3 reads it, with its words for what is wrong. */
export interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: Readonly<Record<string, number>>
}

export interface Field {
  readonly values: ReadonlySet<number>
  /** Written as `*` or `?`: the other of day-of-month and day-of-week decides alone. */
  readonly isStar: boolean
}

export class CronFault extends Error {
  override readonly name = 'CronFault'
}

export function parseField(text: string, bounds: Bounds): Field {
  const parts = text.split(',').filter((each) => each !== '')
  const ranges = parts.map((each) => parseRange(each, bounds))
  return { values: new Set(ranges.flatMap(({ values }) => values)), isStar: ranges.some(({ isStar }) => isStar) }
}

function parseRange(text: string, { min, max, names }: Bounds): { readonly values: readonly number[]; readonly isStar: boolean } {
  const [range = '', stepText, ...moreSlashes] = text.split('/')
  const [lowText = '', highText, ...moreHyphens] = range.split('-')
  if (moreHyphens.length > 0) throw new CronFault(`too many hyphens: ${text}`)
  if (moreSlashes.length > 0) throw new CronFault(`too many slashes: ${text}`)
  const isStar = (lowText === '*' || lowText === '?') && (stepText === undefined || stepText === '1')
  const low = lowText === '*' || lowText === '?' ? min : numberOf(lowText, names)
  // `5/15` means from five on.
  const high = lowText === '*' || lowText === '?' ? max : highText === undefined ? (stepText === undefined ? low : max) : numberOf(highText, names)
  const step = stepText === undefined ? 1 : numberOf(stepText)
  if (low < min) throw new CronFault(`beginning of range (${low}) below minimum (${min}): ${text}`)
  if (high > max) throw new CronFault(`end of range (${high}) above maximum (${max}): ${text}`)
  if (low > high) throw new CronFault(`beginning of range (${low}) beyond end of range (${high}): ${text}`)
  if (step === 0) throw new CronFault(`step of range should be a positive number: ${text}`)
  return { values: Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => low + index * step), isStar }
}

function numberOf(text: string, names?: Readonly<Record<string, number>>): number {
  const named = names?.[text.toLowerCase()]
  if (named !== undefined) return named
  if (!/^-?\d+$/.test(text)) throw new CronFault(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (text.startsWith('-')) throw new CronFault(`negative number (${text}) not allowed: ${text}`)
  return Number(text)
}
