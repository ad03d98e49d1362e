/** Where two plans differ, each place once: `CephCluster spec.mon.count`, `helm/ceph-csi-drivers values.drivers.rbd.snapshotPolicy`. */
import type { Plan } from '../src/plan/plan.ts'

export function planDifferences(one: Plan, two: Plan): readonly string[] {
  const [left, right] = [thingsOf(one), thingsOf(two)]
  const places = [...new Set([...left.keys(), ...right.keys()])].flatMap((id) => {
    const [a, b] = [left.get(id), right.get(id)]
    if (a === undefined || b === undefined) return [`${(a ?? b)?.name ?? ''} (exists)`]
    return differences(a.value, b.value, '').map((path) => `${a.name} ${path}`)
  })
  return [...new Set(places)].toSorted()
}

interface Thing {
  readonly name: string
  readonly value: unknown
}

function thingsOf(plan: Plan): ReadonlyMap<string, Thing> {
  return new Map<string, Thing>([
    ...plan.objects.map(({ id, object }) => [id, { name: object.kind, value: object }] as const),
    ...plan.helmReleases.map(({ id, name, chart, values }) => [id, { name: `chart ${name}`, value: { chart, values } }] as const),
    ...plan.needs.map((need) => [`need/${need.kind}/${need.name}`, { name: `need of a ${need.kind}`, value: need }] as const),
  ])
}

function differences(one: unknown, two: unknown, path: string): readonly string[] {
  if (JSON.stringify(one) === JSON.stringify(two)) return []
  if (!isTree(one) || !isTree(two) || Array.isArray(one) !== Array.isArray(two)) return [path]
  const step = (key: string): string => (Array.isArray(one) ? `${path}[]` : path === '' ? key : `${path}.${key}`)
  return [...new Set([...Object.keys(one), ...Object.keys(two)])].flatMap((key) => differences(Reflect.get(one, key), Reflect.get(two, key), step(key)))
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
