/**
 * The name of a planned object in an engine's state. It keeps an object's identity, so it is made of the names in the
 * declaration only: the declaration's own namespace and the CephCluster's name may be given later or come from elsewhere, and
 * an object must not seem to be another one for that.
 */
export function keyOf(id: string, namespace: string): string {
  const parts = id.split('/')
  const at = parts.findIndex((part) => /^[A-Z]/.test(part) || part === 'helm')
  const kind = parts[at] ?? ''
  const group = parts.slice(0, at)
  const rest = parts.slice(at + 1)
  if (kind === 'Namespace' && rest[0] === namespace) return 'Namespace'
  if (kind === 'CephCluster') return [...group, kind].join('/')
  const [place, ...names] = rest
  return [...group, kind, ...(names.length > 0 && place === namespace ? names : rest)].join('/')
}
