/** Accessibility requirements and node affinity: external-provisioner's topology.go. Pure but for what it is given to read. */
import type { NodeSelector, TopologySelectorTerm } from 'kubernetes-types/core/v1'
import type { TopologyRequirement } from '@stowage/wire/csi'
import type { CsiNode, Node } from '../controllers/objects.ts'

export type Segment = Readonly<Record<string, string>>

export interface TopologyFacts {
  readonly driver: string
  readonly claimName: string
  readonly allowed: readonly TopologySelectorTerm[] | undefined
  readonly selectedNode: string | undefined
  readonly strict: boolean
  readonly immediate: boolean
  csiNode(name: string): CsiNode | undefined
  node(name: string): Node | undefined
  allCsiNodes(): readonly CsiNode[]
}

/** The selected node is gone: the scheduler has to choose again. */
export class NodeGone extends Error {
  override readonly name = 'NodeGone'
}

export function segmentOf(driver: string, csiNode: CsiNode, node: Node): Segment | undefined {
  const keys = csiNode.spec.drivers.find(({ name }) => name === driver)?.topologyKeys ?? []
  const labels = node.metadata.labels ?? {}
  if (keys.length === 0 || keys.some((key) => labels[key] === undefined)) return undefined
  return Object.fromEntries(keys.map((key) => [key, labels[key] ?? '']))
}

export function accessibilityRequirements(facts: TopologyFacts): TopologyRequirement | undefined {
  const selected = facts.selectedNode === undefined ? undefined : selectedSegment(facts, facts.selectedNode)
  if (selected !== undefined && facts.strict) return { requisite: [{ segments: selected }], preferred: [{ segments: selected }] }
  const requisite = requisiteSegments(facts)
  if (requisite.length === 0) return undefined
  const preferred = selected === undefined ? startingAt(requisite, hash(facts.claimName) % requisite.length) : startingWith(requisite, selected, facts)
  return { requisite: requisite.map((segments) => ({ segments })), preferred: preferred.map((segments) => ({ segments })) }
}

function selectedSegment(facts: TopologyFacts, name: string): Segment {
  const csiNode = facts.csiNode(name)
  const node = facts.node(name)
  if (csiNode === undefined) throw new NodeGone(`csinode.storage.k8s.io "${name}" not found`)
  if (node === undefined) throw new NodeGone(`node "${name}" not found`)
  const entry = csiNode.spec.drivers.find((driver) => driver.name === facts.driver)
  if ((entry?.topologyKeys ?? []).length === 0) throw new Error(`error generating accessibility requirements: no topology key found on CSINode ${name}`)
  const segment = segmentOf(facts.driver, csiNode, node)
  if (segment === undefined) throw new Error(`error generating accessibility requirements: topology labels from selected node ${name} do not have all of ${entry?.topologyKeys?.join(', ')}`)
  return segment
}

function requisiteSegments(facts: TopologyFacts): readonly Segment[] {
  if (facts.allowed !== undefined && facts.allowed.length > 0) return sorted(facts.allowed.flatMap(flatten))
  if (facts.selectedNode === undefined && !facts.immediate) return []
  return sorted(
    facts.allCsiNodes().flatMap((csiNode) => {
      const node = facts.node(csiNode.metadata.name)
      const segment = node === undefined ? undefined : segmentOf(facts.driver, csiNode, node)
      return segment === undefined ? [] : [segment]
    }),
  )
}

/** All combinations of a term's values. */
function flatten(term: TopologySelectorTerm): readonly Segment[] {
  return (term.matchLabelExpressions ?? []).reduce<readonly Segment[]>(
    (segments, { key, values }) => segments.flatMap((segment) => values.map((value) => ({ ...segment, [key]: value }))),
    [{}],
  )
}

function sorted(segments: readonly Segment[]): readonly Segment[] {
  const byText = new Map(segments.map((segment) => [textOf(segment), segment]))
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, segment]) => segment)
}

export function textOf(segment: Segment): string {
  return Object.keys(segment).sort().map((key) => `${key}#${segment[key]}`).join(',')
}

function startingAt(segments: readonly Segment[], at: number): readonly Segment[] {
  return [...segments.slice(at), ...segments.slice(0, at)]
}

function startingWith(requisite: readonly Segment[], selected: Segment, facts: TopologyFacts): readonly Segment[] {
  const at = requisite.findIndex((segment) => Object.entries(segment).every(([key, value]) => selected[key] === value))
  if (at >= 0) return startingAt(requisite, at)
  throw new Error(`error generating accessibility requirements: selected node '"${facts.selectedNode}"' topology '${JSON.stringify(selected)}' is not in requisite topologies: ${JSON.stringify(requisite)}`)
}

/** FNV-1a, 32 bit, so that the claims of an Immediate class spread over the segments. */
function hash(text: string): number {
  return [...new TextEncoder().encode(text)].reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5)
}

export function volumeAffinity(topologies: readonly { readonly segments: Segment }[]): { required: NodeSelector } | undefined {
  const terms = topologies.filter(({ segments }) => Object.keys(segments).length > 0).map(({ segments }) => ({
    matchExpressions: Object.keys(segments).sort().map((key) => ({ key, operator: 'In', values: [segments[key] ?? ''] })),
  }))
  return terms.length === 0 ? undefined : { required: { nodeSelectorTerms: terms } }
}

/** The volume can be used in this segment. */
export function isAccessibleFrom(affinity: NodeSelector | undefined, segment: Segment): boolean {
  if (affinity === undefined) return true
  return affinity.nodeSelectorTerms.some((term) => (term.matchExpressions ?? []).every(({ key, values }) => values?.includes(segment[key] ?? '') ?? false))
}
