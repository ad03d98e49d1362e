/** Whether a value is data that a declaration can be: a tree, of finite depth, without what JSON cannot hold. Aliases may share parts. */

export interface Unplain {
  readonly path: readonly (string | number)[]
  /** As a sentence goes on after the name of the place: `holds itself or is deeper than 100 levels`. */
  readonly what: string
}

/** A declaration has about ten; values of charts a few more. */
const deepest = 100

/** The first place that is no data; undefined for a plain tree. */
export function unplainPart(value: unknown): Unplain | undefined {
  return partOf(value, [], new Set())
}

function partOf(value: unknown, path: (string | number)[], seen: Set<object>): Unplain | undefined {
  if (typeof value === 'function' || typeof value === 'bigint' || typeof value === 'symbol') return { path: [...path], what: `is a ${typeof value}` }
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  if (path.length > deepest) return { path: path.slice(0, 8), what: `holds itself, or is deeper than ${deepest} levels` }
  for (const [key, inner] of Object.entries(value)) {
    path.push(Array.isArray(value) ? Number(key) : key)
    const found = partOf(inner, path, seen)
    if (found !== undefined) return found
    path.pop()
  }
  seen.add(value)
  return undefined
}
