/**
 * Takes out of an answer what two right servers may differ in: ids, versions, times, addresses.
 * Everything else must be equal. Each rule here is a difference that was looked at.
 */

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** Values that are different at each run, whatever they are. */
const volatileKeys = new Set(['resourceVersion', 'continue', 'remainingItemCount', 'clusterIP', 'clusterIPs', 'nodePort', 'serverAddress'])

/**
 * Several controllers of a server write conditions, whoever is first. And where one of them wrote on its own, the order of the managers
 * depends on the second in which it did.
 */
function inOrder(items: readonly unknown[], key: string): readonly unknown[] {
  if (key === 'conditions') return sorted(items, (item) => textOf(item, 'type'))
  const isServers = key === 'managedFields' && items.some((item) => textOf(item, 'manager') === 'kube-apiserver')
  return isServers ? sorted(items, (item) => `${textOf(item, 'manager')} ${textOf(item, 'subresource')}`) : items
}

function sorted(items: readonly unknown[], by: (item: unknown) => string): readonly unknown[] {
  return items.toSorted((a, b) => (by(a) < by(b) ? -1 : 1))
}

function textOf(item: unknown, key: 'type' | 'manager' | 'subresource'): string {
  const found = typeof item === 'object' && item !== null ? Object.entries(item).find(([name]) => name === key)?.[1] : undefined
  return String(found ?? '')
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
