/** Where the lab's answers differ from the real server's, path by path. */
import type { Recording } from './exchange.ts'

export interface Difference {
  /** Request or watch name, and the path inside its answer. */
  readonly where: string
  readonly real: unknown
  readonly lab: unknown
}

export function compare(real: Recording, lab: Recording): Difference[] {
  const differences: Difference[] = []
  for (const [name, answer] of Object.entries(real.answers)) walk(name, answer, lab.answers[name], differences)
  for (const [name, events] of Object.entries(real.watches)) walk(`watch ${name}`, events, lab.watches[name], differences)
  return differences
}

function walk(where: string, real: unknown, lab: unknown, out: Difference[]): void {
  if (isObject(real) && isObject(lab)) {
    for (const key of new Set([...Object.keys(real), ...Object.keys(lab)])) walk(`${where}.${key}`, real[key], lab[key], out)
  } else if (Array.isArray(real) && Array.isArray(lab)) {
    for (let index = 0; index < Math.max(real.length, lab.length); index += 1) walk(`${where}[${index}]`, real[index], lab[index], out)
  } else if (real !== lab) {
    out.push({ where, real, lab })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
