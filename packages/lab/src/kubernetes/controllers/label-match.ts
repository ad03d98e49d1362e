/** Label selectors and node selectors against labels, as apimachinery and component-helpers evaluate them. */
import type { NodeSelector, NodeSelectorTerm, TopologySelectorTerm } from 'kubernetes-types/core/v1'
import type { LabelSelector, Node } from './objects.ts'

type Labels = Readonly<Record<string, string>>
interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** An absent selector matches nothing; an empty one everything. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false
  const wanted = Object.entries(selector.matchLabels ?? {})
  return wanted.every(([key, value]) => labels?.[key] === value) && (selector.matchExpressions ?? []).every((each) => matchesRequirement(each, labels ?? {}))
}

export function matchesRequirement({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}

/** The terms are alternatives; a term without expressions matches nothing. */
export function matchesNodeSelector(selector: NodeSelector | undefined, node: Node): boolean {
  return selector === undefined || selector.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node))
}

export function matchesNodeTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length + fields.length === 0) return false
  return (
    expressions.every((each) => matchesRequirement(each, node.metadata.labels ?? {})) &&
    fields.every((each) => matchesRequirement(each, { 'metadata.name': node.metadata.name }))
  )
}

/** A StorageClass's allowedTopologies: no terms allow every node. */
export function matchesTopologyTerms(terms: readonly TopologySelectorTerm[] | undefined, labels: Labels): boolean {
  if (terms === undefined || terms.length === 0) return true
  return terms.some((term) => (term.matchLabelExpressions ?? []).every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])))
}
