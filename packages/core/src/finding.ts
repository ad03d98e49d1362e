/** What a check says. Lint, doctor, `check` and the plan all speak in findings. */
export type Severity = 'error' | 'warning' | 'info'

/** A place in a text: 1-based line and column, as editors count. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Finding {
  /** Stable kebab-case id, e.g. `unknown-key`. */
  readonly rule: string
  readonly severity: Severity
  /** What is wrong, as one sentence. */
  readonly message: string
  /** What to write or do instead. */
  readonly remedy?: string
  /** Where in the data: `['spec', 'classes', 'fast', 'cache']`. */
  readonly path: readonly (string | number)[]
  readonly position?: SourcePosition
  /** What it is about, as an acceptance or `--accept-unknown` names it: `pool/shared-fs-data`. */
  readonly object?: string
  /** Of a check over facts: wrong whatever the missing facts are, or wrong for some of them. */
  readonly verdict?: 'violated' | 'unknown'
  /** The facts that would settle it: `device/worker-2/sdb rotational`. */
  readonly deciding?: readonly string[]
}

/** `spec.classes.fast.cache`, `spec.volumes["a.b"].size`, `nodes[2]`. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z_][\w-]*$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}
