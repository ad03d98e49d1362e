import { isMap } from '@stowage/core'

type Values = Readonly<Record<string, unknown>>

/** Values of a chart: maps are merged, everything else is replaced by what comes later. */
export function mergeValues(base: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isMap(below) && isMap(value) ? mergeValues(below, value) : value
  }
  return merged
}
