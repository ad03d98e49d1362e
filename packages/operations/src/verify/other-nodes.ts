import type { Node, NodeSelectorRequirement, PersistentVolume } from 'kubernetes-types/core/v1'
import type { CSINode } from 'kubernetes-types/storage/v1'
import { driversOf } from '../apply/drivers-registered.ts'

/** Nodes other than `current` to which a pod with this volume could move: ready, free for ordinary pods, in the volume's topology, with its driver. Pure. */
export function otherNodes(volume: PersistentVolume, current: string, nodes: readonly Node[], csiNodes: readonly CSINode[]): readonly string[] {
  const driver = volume.spec?.csi?.driver
  const registered = new Set(csiNodes.filter((node) => driversOf(node).some(({ name }) => name === driver)).map(({ metadata }) => metadata?.name))
  return nodes
    .filter((node) => node.metadata?.name !== current && isFree(node) && (driver === undefined || registered.has(node.metadata?.name)) && isInTopology(volume, node))
    .flatMap(({ metadata }) => metadata?.name ?? [])
}

function isFree({ spec, status }: Node): boolean {
  const tainted = spec?.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') === true
  const ready = status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') === true
  return ready && !tainted && spec?.unschedulable !== true
}

/** Terms are alternatives, the expressions of one are all required (core/v1 NodeSelector). */
function isInTopology({ spec }: PersistentVolume, { metadata }: Node): boolean {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms
  if (terms === undefined) return true
  return terms.some(({ matchExpressions = [] }) => matchExpressions.every((expression) => matches(expression, metadata?.labels?.[expression.key])))
}

function matches({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value)
  if (operator === 'NotIn') return value === undefined || !values.includes(value)
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  const number = Number(value)
  const bound = Number(values[0])
  return operator === 'Gt' ? number > bound : number < bound
}
