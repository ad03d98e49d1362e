/** What stands at a path of a plain tree; undefined when nothing does. */
export function valueAt(tree: unknown, path: readonly (string | number)[]): unknown {
  let value = tree
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

/** A copy of the tree without what stands at the paths. */
export function without(tree: unknown, paths: readonly (readonly (string | number)[])[]): unknown {
  const copy: unknown = structuredClone(tree)
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1))
    const last = path.at(-1)
    if (last === undefined || typeof parent !== 'object' || parent === null) continue
    // A hole keeps the other items' indices, so that the next path still fits.
    if (Array.isArray(parent)) parent[Number(last)] = undefined
    else Reflect.deleteProperty(parent, last)
  }
  return copy
}

/** A copy of the tree with another value at the path, which is there. */
export function replacedAt(tree: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(tree)
  const parent = valueAt(copy, path.slice(0, -1))
  const last = path.at(-1)
  if (last !== undefined && typeof parent === 'object' && parent !== null) Reflect.set(parent, last, value)
  return copy
}
