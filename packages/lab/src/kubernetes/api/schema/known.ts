/**
 * Which values are known to be as their type wants them: decoded, defaulted, frozen. Versions of an object share what did not change,
 * so an update costs what it changes and not what the object is.
 */
import { isArray, isObject } from '../json.ts'
import type { Json } from '../json.ts'
import { childOf } from './node.ts'
import type { SchemaNode } from './node.ts'

export class KnownValues {
  readonly #nodes = new WeakMap<object, SchemaNode>()

  has(node: SchemaNode, value: Json): boolean {
    return typeof value === 'object' && value !== null && this.#nodes.get(value) === node
  }

  /** Freezes and notes a stored value, down to what is known already. */
  settle(node: SchemaNode, value: Json): void {
    if (typeof value !== 'object' || value === null || this.has(node, value)) return
    Object.freeze(value)
    if (isArray(value)) {
      if (node.kind === 'list') for (const each of value) this.settle(node.item, each)
    } else if (isObject(value)) {
      for (const [key, child] of Object.entries(value)) {
        const inner = childOf(node, key)
        if (inner !== undefined) this.settle(inner, child)
      }
    }
    this.#nodes.set(value, node)
  }
}
