/** Fields that the server keeps about a write, and that say nothing about what was asked. */
const bookkeeping = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']

/**
 * The paths at which what an apply would give differs from what is there: `spec.replicas`, `data.config`. Empty: the apply
 * would change nothing. `would` is the server's answer to a dry run, so defaults and other owners' fields are in both.
 */
export function differences(is: object, would: object): readonly string[] {
  const found: string[] = []
  compare(withoutBookkeeping(is), withoutBookkeeping(would), [], found)
  return found
}

function withoutBookkeeping(object: object): object {
  const { status: _status, metadata = {}, ...rest } = object as { readonly status?: unknown; readonly metadata?: object }
  return { ...rest, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !bookkeeping.includes(key))) }
}

function compare(one: unknown, other: unknown, path: readonly string[], found: string[]): void {
  if (Object.is(one, other)) return
  if (isObject(one) && isObject(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)])
    for (const key of keys) compare(one[key], other[key], [...path, key], found)
    return
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    for (const [index, item] of one.entries()) compare(item, other[index], [...path, String(index)], found)
    return
  }
  found.push(path.join('.'))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
