/** Facts by object and property. Sources that disagree leave each of their values possible. */
import type { Fact, Facts } from '../../facts/facts.ts'

export interface FactBook {
  /** Everything that some source says, without repeats; empty when nobody says anything. */
  readonly said: (object: string, property: string) => readonly Fact[]
  /** Names of all nodes that a fact is about. */
  readonly nodes: readonly string[]
  /** The device of a node that has this path among its other names. */
  readonly deviceWith: (node: string, path: string) => string | undefined
  /** The facts of which two sources say different things. */
  readonly disputed: readonly (readonly Fact[])[]
}

export function factBook(facts: Facts): FactBook {
  const byKey = new Map<string, Fact[]>()
  const nodes = new Set<string>()
  const aliases = new Map<string, string>()
  for (const fact of facts) {
    const key = keyOf(fact.object, fact.property)
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, [fact])
    else if (!known.some((other) => agree(other, fact))) known.push(fact)
    const [kind = '', node = ''] = fact.object.split('/', 2)
    if (kind === 'node') nodes.add(node)
    if (fact.property === 'aliases') for (const path of String(fact.value).split(',')) aliases.set(keyOf(node, path), fact.object)
  }
  return {
    said: (object, property) => byKey.get(keyOf(object, property)) ?? [],
    nodes: [...nodes],
    deviceWith: (node, path) => aliases.get(keyOf(node, path)),
    disputed: [...byKey.values()].filter((said) => said.length > 1),
  }
}

function keyOf(object: string, property: string): string {
  return `${object}\0${property}`
}

/** What a person writes of an amount is rounder than what the machine says: 16Gi of memory are 15.6Gi to the kubelet. */
const tolerance = 0.1

function agree({ property, value }: Fact, { value: other }: Fact): boolean {
  if (typeof value === 'number' && typeof other === 'number' && (property === 'memory' || property === 'size')) {
    return Math.abs(value - other) <= tolerance * Math.max(value, other)
  }
  if (property === 'aliases') return true // Each source may know other names of one device.
  if (property === 'nodes' || property === 'roles') return sorted(value) === sorted(other)
  if (property === 'kernel') return String(value).startsWith(String(other)) || String(other).startsWith(String(value))
  return value === other
}

function sorted(value: Fact['value']): string {
  return String(value).split(',').toSorted().join(',')
}
