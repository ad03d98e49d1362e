/** What a change does to data and to the objects that lead to it, from harmless to worst. */
export const effects = ['safe', 'recreate', 'migrate', 'destroys-data'] as const
/**
 * - `safe`: applied in place, or something new; what is stored stays where it is and is reached as before.
 * - `recreate`: an object goes, and is made again (by the same apply, or once it is declared again); the data stays where it is.
 * - `migrate`: what is declared becomes true of existing data only when that data is moved; until then it stays as it is.
 * - `destroys-data`: afterwards data is gone, or goes with the next thing that is deleted.
 *
 * Whether pods lose their storage meanwhile is a second question: `interrupts`.
 */
export type Effect = (typeof effects)[number]

/** As people read it. */
export const effectWords = { safe: 'safe', recreate: 'recreate', migrate: 'migrate', 'destroys-data': 'destroys data' } as const satisfies Readonly<Record<Effect, string>>

export interface Verdict {
  readonly effect: Effect
  /** Present when something that runs loses its storage, or new things cannot be mounted, until more is done. */
  readonly interrupts?: true
  /** What happens, for the person who decides. */
  readonly sentence: string
}

/** One verdict of several about the same object: the worst effect, and every sentence once, the worst first. */
export function together(verdicts: readonly Verdict[]): Verdict | undefined {
  const ordered = verdicts.toSorted((one, other) => effects.indexOf(other.effect) - effects.indexOf(one.effect))
  const [worst] = ordered
  if (worst === undefined) return undefined
  const sentence = [...new Set(ordered.map((verdict) => verdict.sentence))].join('; ')
  return { effect: worst.effect, ...(verdicts.some(({ interrupts }) => interrupts === true) && { interrupts: true }), sentence }
}
