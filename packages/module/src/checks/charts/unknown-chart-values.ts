/** Keys of a chart's values that nothing reads: a chart ignores what it does not know, without a word. */
import { chartKeys, isPinnedChart, type ValueKeys } from '@stowage/wire/charts'

export interface UnknownValue {
  /** Below the values: `['configuration', 'uploaderConfig']`. */
  readonly path: readonly (string | number)[]
  /** What is known in its place. */
  readonly known: readonly string[]
}

/** Empty for a chart that is not pinned: nothing is known of it. What stands in maps that are handed on is not looked at. */
export function unknownChartValues(chart: string, values: unknown): readonly UnknownValue[] {
  return isPinnedChart(chart) ? unknownIn(chartKeys[chart], values, []) : []
}

function unknownIn(keys: ValueKeys, value: unknown, path: readonly (string | number)[]): readonly UnknownValue[] {
  if (typeof keys === 'string' || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const items = keys['[]']
    return items === undefined ? [] : value.flatMap((item: unknown, index) => unknownIn(items, item, [...path, index]))
  }
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): readonly UnknownValue[] => {
    const below = Object.hasOwn(keys, key) ? keys[key] : undefined
    return below === undefined ? [{ path: [...path, key], known: Object.keys(keys).filter((one) => one !== '[]') }] : unknownIn(below, inner, [...path, key])
  })
}
