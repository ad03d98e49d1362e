/** A type of the API as the server's machinery sees it. */
import type { Json } from '../json.ts'

/** What Go's JSON does with a field's zero value: see `x-go` in the data. */
export type GoFate = 'pointer' | 'omit' | 'keep' | 'null'

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'bytes' | 'quantity' | 'time' | 'microTime' | 'intOrString'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly type: ScalarType
  readonly format: string
  readonly values: readonly string[] | undefined
}

export interface ListNode {
  readonly kind: 'list'
  readonly item: SchemaNode
  readonly listType: 'atomic' | 'set' | 'map'
  /** Of a map list: what identifies an item. */
  readonly keys: readonly string[]
  /** For strategic merge patches. */
  readonly mergeKey: string | undefined
  readonly merges: boolean
}

export interface MapNode {
  readonly kind: 'map'
  readonly value: SchemaNode
  readonly atomic: boolean
}

export interface ObjectNode {
  readonly kind: 'object'
  /** `v1.PodSpec`. */
  readonly goType: string
  /** The definition's full name; empty for custom resources. */
  readonly name: string
  readonly atomic: boolean
  /** Unknown fields are kept. */
  readonly open: boolean
  readonly fields: () => ReadonlyMap<string, Field>
}

export interface AnyNode {
  readonly kind: 'any'
}

export type SchemaNode = ScalarNode | ListNode | MapNode | ObjectNode | AnyNode

export interface Field {
  readonly node: SchemaNode
  readonly go: GoFate | undefined
  readonly required: boolean
  readonly nullable: boolean
  readonly default?: Json
  readonly patchStrategy?: readonly string[]
}

export const anyNode: AnyNode = { kind: 'any' }

/** The node under a key of an object or map; undefined where the schema says nothing. */
export function childOf(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.kind === 'object') return node.fields().get(key)?.node
  return node.kind === 'map' ? node.value : undefined
}
