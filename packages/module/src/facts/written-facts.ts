/** Facts as people write them, node by node, made into single facts. */
import { Size } from '@stowage/core'
import type { WrittenFacts } from '../spec/schema/facts.ts'
import type { Fact, Facts } from './facts.ts'

/** Who says it, for the place where it stands: `['nodes', 'worker-1', 'memory']`. */
export type SourceAt = (path: readonly string[]) => Pick<Fact, 'source' | 'time'>

type Loose = Readonly<Record<string, unknown>>

/** What the declaration itself writes at `spec.facts`. */
export function declaredFacts(written: Partial<WrittenFacts> = {}): Facts {
  return factsFromWritten(written, () => ({ source: { kind: 'declaration', name: 'spec.facts' } }))
}

export function factsFromWritten(written: Partial<WrittenFacts>, sourceAt: SourceAt): Facts {
  const { cluster = {}, nodes = {} } = written
  return [
    ...factsOf('cluster', cluster, ['cluster'], sourceAt),
    ...Object.entries(nodes).flatMap(([node, { devices = {}, ...properties }]) => [
      ...factsOf(`node/${node}`, properties, ['nodes', node], sourceAt),
      ...Object.entries(devices).flatMap(([device, of]) => factsOf(`device/${node}/${device.replace(/^\/dev\//, '')}`, of, ['nodes', node, 'devices', device], sourceAt)),
    ]),
  ]
}

function factsOf(object: string, properties: Loose, path: readonly string[], sourceAt: SourceAt): Facts {
  return Object.entries(properties).flatMap(([property, written]) => {
    const value = factValue(property, written)
    return value === undefined ? [] : [{ object, property, value, ...sourceAt([...path, property]) }]
  })
}

const amounts = new Set(['memory', 'size'])

/** Amounts become bytes, lists a text with commas. */
function factValue(property: string, written: unknown): Fact['value'] | undefined {
  if (Array.isArray(written)) return written.map(String).join(',')
  if (typeof written === 'number' || typeof written === 'boolean') return written
  if (typeof written !== 'string') return undefined
  if (!amounts.has(property)) return written
  const size = Size.tryParse(written)
  return size === undefined ? undefined : Number(size.bytes)
}
