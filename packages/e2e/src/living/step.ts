import type { LivingCluster } from './cluster.ts'
import type { Subject } from './subject.ts'

/** One claim, shown on one declaration. The steps of one declaration follow each other in one cluster. */
export interface Step {
  /** Heading of its column. */
  readonly name: string
  appliesTo(subject: Subject): boolean
  /** Says what was seen; throws with what is wrong. */
  run(subject: Subject, cluster: LivingCluster): Promise<string>
}

/** Throws when there are any, one to a line. */
export function expectNone(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${what}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
}
