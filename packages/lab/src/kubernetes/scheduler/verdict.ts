/** What a filter says of a node, and how the scheduler puts the sum of it into words. Pure. */

/** `unresolvable`: taking pods away from the node would not help. */
export interface Refusal {
  readonly reasons: readonly string[]
  readonly unresolvable: boolean
}

export function refuse(reason: string): Refusal {
  return { reasons: [reason], unresolvable: false }
}

export function refuseForGood(...reasons: readonly string[]): Refusal {
  return { reasons, unresolvable: true }
}

/** The message of FailedScheduling: `FitError.Error()` with what preemption says after it. */
export function explainRefusals(refusals: readonly Refusal[]): string {
  const total = refusals.length
  const clauses = histogram(refusals.flatMap(({ reasons }) => reasons))
  return `0/${total} nodes are available: ${clauses}. ${preemptionWords(refusals)}`
}

/** The pod itself cannot be placed, whatever the nodes are. */
export function explainPodRefusal(message: string, nodes: number): string {
  const refusals = Array.from({ length: nodes }, () => refuseForGood(message))
  return `0/${nodes} nodes are available: ${message}. ${preemptionWords(refusals)}`
}

function preemptionWords(refusals: readonly Refusal[]): string {
  const words = refusals.map(({ unresolvable }) => (unresolvable ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod'))
  return `preemption: 0/${refusals.length} nodes are available: ${histogram(words)}.`
}

function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ')
}
