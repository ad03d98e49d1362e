/** CPU, memory and the number of pods: enough that a full node refuses in the scheduler's words. Pure. */
import { parseQuantity } from '@stowage/core/quantity'
import type { Container } from 'kubernetes-types/core/v1'
import type { Node, Pod } from '../controllers/objects.ts'
import { refuse } from './verdict.ts'
import type { Refusal } from './verdict.ts'

const counted = ['cpu', 'memory', 'ephemeral-storage'] as const
/** The kubelet's default. */
const defaultPods = 110

function amount(quantity: unknown): number {
  // Most are plain numbers, and this is asked for each pod and node.
  if (typeof quantity === 'string' && /^\d+$/.test(quantity)) return Number(quantity)
  const parsed = quantity === undefined ? undefined : parseQuantity(String(quantity))
  return parsed === undefined ? 0 : Number(parsed.nanos) / 1e9
}

/** Sum of the containers, or the largest init container when that is more. */
export function requestOf(pod: Pod, resource: string): number {
  const of = (container: Container): number => amount(container.resources?.requests?.[resource])
  const sum = pod.spec.containers.reduce((total, container) => total + of(container), 0)
  return Math.max(sum, ...(pod.spec.initContainers ?? []).map(of))
}

export function refusedByResources(pod: Pod, node: Node, others: readonly Pod[]): Refusal | undefined {
  const allocatable = node.status?.allocatable ?? {}
  const reasons: string[] = []
  if (others.length + 1 > (allocatable['pods'] === undefined ? defaultPods : amount(allocatable['pods']))) reasons.push('Too many pods')
  for (const resource of counted) {
    const wanted = requestOf(pod, resource)
    if (wanted === 0 || allocatable[resource] === undefined) continue
    const used = others.reduce((total, other) => total + requestOf(other, resource), 0)
    if (wanted + used > amount(allocatable[resource])) reasons.push(`Insufficient ${resource}`)
  }
  return reasons.length === 0 ? undefined : { ...refuse(''), reasons }
}
