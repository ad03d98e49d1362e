/** Kubernetes' order of versions: v2 before v1 before v1beta2 before v1beta1 before v1alpha1, then anything else by name. */
const stage: Readonly<Record<string, number>> = { '': 3, beta: 2, alpha: 1 }

export function byVersion(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)]
  const index = left.findIndex((each, place) => each !== right[place])
  if (index >= 0) return (right[index] ?? 0) - (left[index] ?? 0)
  return a < b ? -1 : a > b ? 1 : 0
}

function rankOf(version: string): readonly number[] {
  const parts = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  return parts === null ? [0, 0, 0] : [stage[parts[2] ?? ''] ?? 0, Number(parts[1]), Number(parts[3] ?? 0)]
}
