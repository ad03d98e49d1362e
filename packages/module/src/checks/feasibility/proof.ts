/** What a check over facts answers: over every completion of the facts that are missing. */
import type { Fault } from '../check.ts'

/** `holds` and `violated`: whatever the missing facts turn out to be. `unknown`: it depends on them. */
export type Verdict = 'holds' | 'violated' | 'unknown'

export interface Proof {
  /** Rule id, e.g. `pool-needs-more-hosts`. */
  readonly check: string
  /** What it is about: `pool/shared-fs-data`, `cluster/my-cluster`, `device/worker-2/sdb`. */
  readonly object: string
  readonly path: readonly (string | number)[]
  readonly verdict: Verdict
  /** How bad it is when it is violated. */
  readonly severity: 'error' | 'warning'
  /** What is wrong, or could be; empty when it holds. */
  readonly message: string
  readonly remedy: string
  /** Facts that decide, each of which can tip the answer; empty unless unknown: `device/worker-2/sdb rotational`. */
  readonly deciding: readonly string[]
}

export type Proven = Omit<Proof, 'message' | 'remedy' | 'deciding' | 'verdict'>

export function holds(about: Proven): Proof {
  return { ...about, verdict: 'holds', message: '', remedy: '', deciding: [] }
}

export function violated(about: Proven, message: string, remedy: string): Proof {
  return { ...about, verdict: 'violated', message, remedy, deciding: [] }
}

export function unknown(about: Proven, message: string, remedy: string, deciding: readonly string[]): Proof {
  return { ...about, verdict: 'unknown', message, remedy, deciding: [...new Set(deciding)] }
}

/** undefined when it holds. What is unknown is a warning, or an error where facts must be known. */
export function faultOf({ check, object, path, verdict, severity, message, remedy, deciding }: Proof, strictFacts: boolean): Fault | undefined {
  if (verdict === 'holds') return undefined
  const worst = verdict === 'violated' ? severity : strictFacts && severity === 'error' ? 'error' : 'warning'
  return { rule: check, severity: worst, message, remedy, path, object, verdict, ...(deciding.length === 0 ? {} : { deciding }) }
}
