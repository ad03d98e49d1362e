/**
 * Takes out of an answer what two right servers may differ in: ids, versions, times, addresses.
 * Everything else must be equal. Each rule here is a difference that was looked at.
 */

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** Values that are different at each run, whatever they are. */
const volatileKeys = new Set(['resourceVersion', 'continue', 'remainingItemCount', 'clusterIP', 'clusterIPs', 'nodePort', 'serverAddress'])

/** Several controllers of a server write conditions, whoever is first. */
function inOrder(items: readonly unknown[], key: string): readonly unknown[] {
  return key === 'conditions' ? items.toSorted((a, b) => (typeOf(a) < typeOf(b) ? -1 : 1)) : items
}

function typeOf(item: unknown): string {
  return typeof item === 'object' && item !== null && 'type' in item ? String(item.type) : ''
}

export function normalise(value: unknown, key = ''): unknown {
  if (volatileKeys.has(key) && value !== '' && value !== undefined) return `«${key}»`
  if (typeof value === 'string') {
    return value
      .replaceAll(uid, '«uid»')
      .replaceAll(time, '«time»')
      // An object that is quoted whole inside a message.
      .replaceAll(/(?<=resourceVersion\\*":\\*")\d+/g, '«resourceVersion»')
      .replaceAll(/(?<=generated-)[a-z0-9]{5}\b/g, '«suffix»')
      .replaceAll(/\b\d+(m\d+)?s\b/g, '«age»')
  }
  if (Array.isArray(value)) return inOrder(value.map((item) => normalise(item)), key)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, normalise(inner, name)]),
  )
}
