/** What `helm upgrade --install` does to a cluster: definitions, ownership, objects, what is no longer in the chart, and waiting. */
import type { Clock } from '@stowage/effects'
import { arrayAt, at, numberAt, objectAt, textAt } from '../kubernetes/api/json.ts'
import type { JsonObject } from '../kubernetes/api/json.ts'
import type { ClusterApi } from '../kubernetes/operators/cluster-api.ts'
import { nameOf, namespaceOf } from '../kubernetes/operators/objects.ts'
import { HelmError } from './arguments.ts'
import type { ChartObjects } from './chart.ts'
import { kindOf } from './kinds.ts'

export interface Owner {
  readonly name: string
  readonly namespace: string
}

const establishMs = 250
const lookMs = 1_000

export async function putObjects(api: ClusterApi, clock: Clock, owner: Owner, { crds = [], objects }: ChartObjects, before: readonly JsonObject[]): Promise<void> {
  for (const crd of crds) await api.create(kindOf(crd), crd)
  if (crds.length > 0) await clock.sleep(establishMs)
  for (const object of objects) await assertOurs(api, owner, object)
  for (const object of inOrder(objects)) {
    await api.apply(kindOf(object), marked(owner, object), 'helm')
    // Objects of a kind come after its definition, and that has to be served first.
    if (textAt(object, 'kind') === 'CustomResourceDefinition') await clock.sleep(establishMs / 10)
  }
  for (const object of before) if (!isDefinition(object) && !objects.some((each) => isSame(each, object))) await api.delete(kindOf(object), nameOf(object), namespaceOf(object) || undefined)
}

/** Helm's InstallOrder, as far as the lab's charts have kinds. */
const order = ['ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass', 'CustomResourceDefinition', 'DaemonSet', 'Deployment']

function inOrder(objects: readonly JsonObject[]): readonly JsonObject[] {
  const rank = (each: JsonObject): number => (order.includes(textAt(each, 'kind')) ? order.indexOf(textAt(each, 'kind')) : order.length)
  return objects.toSorted((a, b) => rank(a) - rank(b))
}

function isDefinition(object: JsonObject): boolean {
  return textAt(object, 'kind') === 'CustomResourceDefinition'
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  return textAt(a, 'kind') === textAt(b, 'kind') && nameOf(a) === nameOf(b) && namespaceOf(a) === namespaceOf(b)
}

function marked({ name, namespace }: Owner, object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata')
  const labels = { ...objectAt(metadata, 'labels'), 'app.kubernetes.io/managed-by': 'Helm' }
  const annotations = { ...objectAt(metadata, 'annotations'), 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace }
  return { ...object, metadata: { ...metadata, labels, annotations } }
}

/** An object that another made is never taken over. action/validate.go of Helm. */
async function assertOurs(api: ClusterApi, owner: Owner, object: JsonObject): Promise<void> {
  const found = await api.get(kindOf(object), nameOf(object), namespaceOf(object) || undefined)
  if (found === undefined) return
  const wrong = [
    fault('label', objectAt(found, 'metadata', 'labels'), 'app.kubernetes.io/managed-by', 'Helm'),
    fault('annotation', objectAt(found, 'metadata', 'annotations'), 'meta.helm.sh/release-name', owner.name),
    fault('annotation', objectAt(found, 'metadata', 'annotations'), 'meta.helm.sh/release-namespace', owner.namespace),
  ].filter((each) => each !== undefined)
  if (wrong.length === 0) return
  const place = `${textAt(object, 'kind')} ${JSON.stringify(nameOf(object))} in namespace ${JSON.stringify(namespaceOf(object))}`
  throw new HelmError(`unable to continue with install: ${place} exists and cannot be imported into the current release: invalid ownership metadata; ${wrong.join('; ')}`)
}

function fault(what: string, has: JsonObject, key: string, wanted: string): string | undefined {
  const value = has[key]
  if (value === wanted) return undefined
  const why = value === undefined ? `missing key ${JSON.stringify(key)}: must be set to ${JSON.stringify(wanted)}` : `key ${JSON.stringify(key)} must equal ${JSON.stringify(wanted)}: current value is ${JSON.stringify(value)}`
  return `${what} validation error: ${why}`
}

/** `--wait`: workloads are available, and definitions established. */
export async function waitFor(api: ClusterApi, clock: Clock, objects: readonly JsonObject[], timeoutMs: number): Promise<void> {
  const end = clock.monotonic() + timeoutMs
  for (;;) {
    const waiting = await firstUnready(api, objects)
    if (waiting === undefined) return
    if (clock.monotonic() >= end) throw new HelmError(`resource ${textAt(waiting, 'kind')}/${namespaceOf(waiting)}/${nameOf(waiting)} not ready. status: InProgress\ncontext deadline exceeded`)
    await clock.sleep(lookMs)
  }
}

async function firstUnready(api: ClusterApi, objects: readonly JsonObject[]): Promise<JsonObject | undefined> {
  for (const object of objects) {
    const found = await api.get(kindOf(object), nameOf(object), namespaceOf(object) || undefined)
    if (found === undefined || !isReady(found)) return object
  }
  return undefined
}

function isReady(object: JsonObject): boolean {
  const observed = numberAt(object, 'status', 'observedGeneration') ?? 0
  switch (textAt(object, 'kind')) {
    case 'Deployment':
      return observed >= (numberAt(object, 'metadata', 'generation') ?? 0) && (numberAt(object, 'status', 'availableReplicas') ?? 0) >= (numberAt(object, 'spec', 'replicas') ?? 1)
    case 'DaemonSet':
      return observed >= (numberAt(object, 'metadata', 'generation') ?? 0) && (numberAt(object, 'status', 'numberReady') ?? 0) >= (numberAt(object, 'status', 'desiredNumberScheduled') ?? 0)
    case 'CustomResourceDefinition':
      return arrayAt(object, 'status', 'conditions').some((each) => textAt(each, 'type') === 'Established' && at(each, 'status') === 'True')
    default:
      return true
  }
}
