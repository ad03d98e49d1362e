/** Where two plain values differ, leaf by leaf; lists are compared as a whole. */
export interface Difference {
  /** `spec.csi.volumeHandle`; parts that hold a dot are quoted: `metadata.labels["app.kubernetes.io/name"]`. */
  readonly field: string
  /** undefined when it was not there. */
  readonly before?: unknown
  readonly after?: unknown
}

export function differences(before: unknown, after: unknown, field = ''): readonly Difference[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => differences(before[key], after[key], below(field, key)))
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [{ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

function below(field: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${field}[${JSON.stringify(key)}]`
  return field === '' ? key : `${field}.${key}`
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
