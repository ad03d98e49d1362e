/** Puts the values that were taken out back into what was planned: as a whole value, inside a longer text, or as a key. */
import type { Leaf } from './leaves.ts'
import { isInside } from './tree.ts'

/** How values that are not known yet are put together; Pulumi's are Outputs. */
export interface Joining {
  /** The texts one after another. */
  readonly text: (parts: readonly unknown[]) => unknown
  /** A map of which a key is not known yet. */
  readonly map: (entries: readonly (readonly [key: unknown, value: unknown])[]) => unknown
}

export function fill(value: unknown, leaves: readonly Leaf[], joining: Joining): unknown {
  const texts = leaves.flatMap(({ standIn, text, input }) => (text && typeof standIn === 'string' ? [{ standIn, input }] : []))
  return texts.length === 0 ? value : filled(value, texts, joining)
}

interface StandIn {
  readonly standIn: string
  readonly input: unknown
}

function filled(value: unknown, texts: readonly StandIn[], joining: Joining): unknown {
  if (typeof value === 'string') return filledText(value, texts, joining)
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, texts, joining))
  if (!isInside(value)) return value
  const entries = Object.entries(value).map(([key, inner]): readonly [unknown, unknown] => [filledText(key, texts, joining), filled(inner, texts, joining)])
  if (entries.every(([key]) => typeof key === 'string')) return Object.fromEntries(entries.map(([key, inner]) => [String(key), inner]))
  return joining.map(entries)
}

function filledText(text: string, texts: readonly StandIn[], joining: Joining): unknown {
  let parts: readonly unknown[] = [text]
  for (const { standIn, input } of texts) parts = parts.flatMap((part) => (typeof part === 'string' ? split(part, standIn, input) : [part]))
  return parts.length === 1 ? parts[0] : joining.text(parts)
}

function split(text: string, standIn: string, input: unknown): readonly unknown[] {
  if (!text.includes(standIn)) return [text]
  return text.split(standIn).flatMap((piece, index) => [...(index === 0 ? [] : [input]), ...(piece === '' ? [] : [piece])])
}
