/** From harmless to worst. */
export const effects = ['safe', 'interrupts', 'recreate', 'destroys-data'] as const
/**
 * - `safe`: applied in place; pods of the driver may restart, volumes stay mounted.
 * - `interrupts`: something that runs loses its storage until more is done; the data stays.
 * - `recreate`: Kubernetes refuses the change in place; the object is deleted and made again; the data stays.
 * - `destroys-data`: afterwards data is gone, or goes with the next deleted claim.
 */
export type Effect = (typeof effects)[number]

export interface Verdict {
  readonly effect: Effect
  /** What happens, for the person who decides. */
  readonly sentence: string
}
