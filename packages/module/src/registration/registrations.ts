/** What an engine that keeps a state of its own (Pulumi) has to be told of a plan: stable names, what protects data, what comes first. */
import { StorageError } from '@stowage/core'
import { phases, type HelmRelease, type Plan, type PlannedObject } from '../plan/plan.ts'
import { repositorySecret } from '../spec/resolve/velero.ts'
import { keyOf } from './key.ts'

interface Registered {
  /** Of the plan: an object's or a release's id. */
  readonly id: string
  /** Name in the state: from the names in the declaration, never from a position or a value that may be unknown. */
  readonly key: string
  /** Keys under which an earlier plan was registered. */
  readonly aliases: readonly string[]
  /** Never deleted by the engine: protected, and kept in the cluster when it leaves the state. */
  readonly keep: boolean
  /** Ids that are registered before; direct ones only. */
  readonly dependsOn: readonly string[]
}

export interface ObjectRegistration extends Registered {
  readonly kind: 'object'
  readonly planned: PlannedObject
}

export interface ReleaseRegistration extends Registered {
  readonly kind: 'release'
  readonly release: HelmRelease
}

/** Something that must be there and is looked at, so that what needs it does not start without it. */
export interface LookRegistration extends Registered {
  readonly kind: 'look'
  readonly namespace: string
  readonly name: string
}

export type Registration = ObjectRegistration | ReleaseRegistration | LookRegistration

/** Of these the loss takes data along, or the way to it, whatever is in them. */
const keptKinds = new Set(['Namespace', 'CustomResourceDefinition', 'PersistentVolume', 'PersistentVolumeClaim', 'CephCluster', 'CephFilesystem', 'CephBlockPool', 'CephFilesystemSubVolumeGroup'])

/** Everything of the plan, each after what it depends on. Throws `internal` when the plan goes in a circle. */
export function registrationsOf(plan: Plan): readonly Registration[] {
  const looks = looksOf(plan)
  const known = new Set([...plan.objects, ...plan.helmReleases, ...looks].map(({ id }) => id))
  const implied = impliedBy(plan)
  const before = (id: string, named: readonly string[], also: readonly string[]): readonly string[] => [...new Set([...named, ...also])].filter((other) => other !== id && known.has(other))
  const objects = plan.objects.map((planned): ObjectRegistration => ({
    kind: 'object',
    planned,
    ...nameOf(planned, plan),
    keep: planned.holdsData || keptKinds.has(planned.object.kind),
    dependsOn: before(planned.id, planned.dependsOn, implied(planned.object.metadata.namespace, planned.object)),
  }))
  const releases = plan.helmReleases.map((release): ReleaseRegistration => ({
    kind: 'release',
    release,
    ...nameOf(release, plan),
    keep: release.holdsData,
    dependsOn: before(release.id, release.dependsOn, [...implied(release.namespace), ...looks.filter(({ namespace }) => namespace === release.namespace).map(({ id }) => id)]),
  }))
  return inOrder([...looks.map((look) => ({ ...look, dependsOn: before(look.id, look.dependsOn, implied(look.namespace)) })), ...objects, ...releases])
}

/**
 * Velero that starts without the password of its repositories makes the Secret itself, with a constant that everybody knows, and
 * it cannot be changed afterwards. So where others make that Secret, it is looked at before Velero is released.
 */
function looksOf(plan: Plan): readonly LookRegistration[] {
  const needed = plan.needs.filter(({ kind, name }) => kind === 'Secret' && name === repositorySecret.name).map(({ namespace = '' }) => ({ namespace, dependsOn: [] }))
  const made = plan.objects.filter(({ object }) => object.kind === 'ExternalSecret' && object.metadata.name === repositorySecret.name).map(({ id, object }) => ({ namespace: object.metadata.namespace ?? '', dependsOn: [id] }))
  const brought = new Set(plan.objects.filter(({ object }) => object.kind === 'Secret').map(({ id }) => id))
  return [...needed, ...made]
    .map(({ namespace, dependsOn }): LookRegistration => {
      const id = `Secret/${namespace}/${repositorySecret.name}`
      return { kind: 'look', id, key: `${keyOf(id, plan.namespace)}:there`, aliases: [], keep: false, dependsOn, namespace, name: repositorySecret.name }
    })
    .filter(({ id }) => !brought.has(id))
}

function nameOf({ id, renamedFrom }: PlannedObject | HelmRelease, plan: Plan): Pick<Registered, 'id' | 'key' | 'aliases'> {
  return { id, key: keyOf(id, plan.namespace), aliases: renamedFrom === undefined ? [] : [keyOf(renamedFrom, plan.namespace)] }
}

/** What nobody has to say: the namespace is there before what is in it, and the definition of a kind before its objects. */
function impliedBy(plan: Plan): (namespace: string | undefined, object?: PlannedObject['object']) => readonly string[] {
  const namespaces = new Map(plan.objects.flatMap(({ id, object }) => (object.kind === 'Namespace' ? [[object.metadata.name, id] as const] : [])))
  const definitions = definitionsIn(plan)
  return (namespace, object) => {
    const place = namespace === undefined ? undefined : namespaces.get(namespace)
    return [...(place === undefined ? [] : [place]), ...(object === undefined ? [] : definitions(object))]
  }
}

/** By group and kind where the plan holds the definition itself; by group where a release brings it. */
function definitionsIn(plan: Plan): (object: PlannedObject['object']) => readonly string[] {
  const own = new Map(plan.objects.flatMap(({ id, object }) => (object.kind === 'CustomResourceDefinition' ? [[definedBy(object), id] as const] : [])))
  const bringing = (group: string): readonly string[] => plan.helmReleases.flatMap(({ id, crds }) => (crds.some((name) => name.slice(name.indexOf('.') + 1) === group) ? [id] : []))
  return ({ apiVersion, kind }) => {
    const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')))
    const mine = own.get(`${group}/${kind}`)
    return mine === undefined ? bringing(group) : [mine]
  }
}

function definedBy({ spec }: PlannedObject['object']): string {
  if (typeof spec !== 'object' || spec === null || !('group' in spec) || !('names' in spec)) return ''
  const { group, names } = spec
  return typeof names === 'object' && names !== null && 'kind' in names ? `${String(group)}/${String(names.kind)}` : ''
}

/** Phases first, so that the order reads as the plan does; then whatever a dependency asks for. */
function inOrder(all: readonly Registration[]): readonly Registration[] {
  const rank = (one: Registration): number => phases.indexOf(one.kind === 'look' ? 'secrets' : one.kind === 'object' ? one.planned.phase : one.release.phase)
  const byId = new Map(all.map((one) => [one.id, one]))
  const placed = new Set<string>()
  const ordered: Registration[] = []
  const place = (one: Registration, trail: readonly string[]): void => {
    if (placed.has(one.id)) return
    if (trail.includes(one.id)) throw new StorageError('internal', `the plan goes in a circle: ${[...trail, one.id].join(' → ')}; report this with the declaration`)
    for (const id of one.dependsOn) {
      const other = byId.get(id)
      if (other !== undefined) place(other, [...trail, one.id])
    }
    placed.add(one.id)
    ordered.push(one)
  }
  for (const one of all.toSorted((a, b) => rank(a) - rank(b))) place(one, [])
  return ordered
}
