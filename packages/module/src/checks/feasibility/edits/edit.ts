/** A change of a declaration as data: small steps, each at its path. */

export type Path = readonly (string | number)[]

export interface EditStep {
  readonly path: Path
  /** Absent: what stands there is taken out. At the end of a list, one past its last index adds to it. */
  readonly value?: unknown
  /** What it does, e.g. `remove deviceClass from pool shared-fs-data`. */
  readonly text: string
  /** The same with a hole, for steps that are alike in several pools: `remove deviceClass from {pool}`. */
  readonly pattern?: string
  readonly pool?: string
}

export interface Edit {
  readonly steps: readonly EditStep[]
  /** The steps in one sentence. */
  readonly text: string
  /** What is given up for it; absent when nothing is. */
  readonly cost?: string
}

/** A copy of the declaration with the edit made. */
export function applyEdit(declaration: unknown, { steps }: Pick<Edit, 'steps'>): unknown {
  return steps.reduce((tree, { path, ...step }) => changed(tree, path, step), declaration)
}

function changed(tree: unknown, path: Path, step: { readonly value?: unknown }): unknown {
  const [key, ...rest] = path
  if (key === undefined) return step.value
  if (typeof key === 'number') {
    const list: readonly unknown[] = Array.isArray(tree) ? tree : []
    return rest.length === 0 && !('value' in step) ? list.filter((_, index) => index !== key) : Object.assign([...list], { [key]: changed(list[key], rest, step) })
  }
  const fields = typeof tree === 'object' && tree !== null ? new Map<string, unknown>(Object.entries(tree)) : new Map<string, unknown>()
  if (rest.length === 0 && !('value' in step)) fields.delete(key)
  else fields.set(key, changed(fields.get(key), rest, step))
  return Object.fromEntries(fields)
}
