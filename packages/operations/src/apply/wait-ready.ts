import { StorageError, isStorageError } from '@stowage/core'
import { DeadlineExceeded, startDeadline } from '@stowage/effects'
import { describeRef, formatLabelSelector, waitFor } from '@stowage/kubernetes'
import type { Kind, KubernetesClient, KubernetesObject, LabelSelector, ObjectRef } from '@stowage/kubernetes'
import type { Ready } from '@stowage/module'
import type { Event, Pod } from 'kubernetes-types/core/v1'
import { podTroubles } from './pod-troubles.ts'
import { readinessOf } from './readiness.ts'
import type { LiveObject } from './readiness.ts'

interface Workload extends KubernetesObject {
  readonly spec?: { readonly selector?: LabelSelector }
}

/** Waits until an object is ready and says what it then is. Throws `unavailable` after `timeoutMs`, with what its pods say. */
export async function waitReady(client: KubernetesClient, ref: ObjectRef, timeoutMs: number, signal: AbortSignal, tell: (message: string) => void, wanted?: Ready): Promise<string> {
  let last = ''
  return withinTime(client, timeoutMs, signal, async (deadline) => {
    const said = await waitFor<LiveObject & KubernetesObject, string>(client, ref, deadline, (object) => {
      const { ready, message } = readinessOf(object === undefined ? undefined : { ...object, kind: ref.kind }, wanted)
      if (ready) return message
      if (message !== last) tell(message)
      last = message
      return undefined
    })
    if (ref.kind === 'CustomResourceDefinition') await untilServed(client, ref, deadline)
    return said
  },
  async () => `${describeRef(ref)} is not ready after ${Math.round(timeoutMs / 1000)} s: ${[last, ...(await troublesOf(client, ref))].join('; ')}`)
}

interface Definition extends KubernetesObject {
  readonly spec: { readonly group: string; readonly names: { readonly kind: string }; readonly versions: readonly { readonly name: string; readonly served: boolean }[] }
}

/** A definition is called established before discovery lists its kind (apiextensions' DiscoveryController), and until then nobody finds it. */
async function untilServed(client: KubernetesClient, ref: ObjectRef, signal: AbortSignal): Promise<void> {
  const { spec } = await client.get<Definition>(ref, { signal })
  for (const { name } of spec.versions.filter(({ served }) => served)) {
    while (!(await isKnown(client, { apiVersion: `${spec.group}/${name}`, kind: spec.names.kind }))) await client.clock.sleep(servedEveryMs, signal)
  }
}

const servedEveryMs = 200

async function isKnown(client: KubernetesClient, kind: Kind): Promise<boolean> {
  try {
    await client.resource(kind)
    return true
  } catch (error) {
    if (isStorageError(error, 'not-found')) return false
    throw error
  }
}

/** Runs a wait under a deadline; when it passes, throws `unavailable` with the sentence of `explain`. */
export async function withinTime<T>(client: KubernetesClient, timeoutMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>, explain: () => Promise<string>): Promise<T> {
  const deadline = startDeadline(client.clock, timeoutMs, signal)
  try {
    return await work(deadline.signal)
  } catch (error) {
    if (!deadline.signal.aborted || !(deadline.signal.reason instanceof DeadlineExceeded)) throw error
    throw new StorageError('unavailable', await explain(), { cause: error })
  } finally {
    deadline.done()
  }
}

/** What the pods of a workload say; reading them must not hide the failure that it explains. */
async function troublesOf(client: KubernetesClient, ref: ObjectRef): Promise<readonly string[]> {
  try {
    const selector = (await client.find<Workload>(ref))?.spec?.selector
    if (selector === undefined || ref.namespace === undefined) return []
    const { items } = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { namespace: ref.namespace, labelSelector: formatLabelSelector(selector) })
    const events = await warningsAbout(client, ref.namespace, new Set(items.flatMap(({ metadata }) => metadata?.name ?? [])))
    return [...podTroubles(items), ...events]
  } catch {
    return []
  }
}

/** The last warning about each named object, `FailedMount: …`. */
export async function warningsAbout(client: KubernetesClient, namespace: string, names: ReadonlySet<string>): Promise<readonly string[]> {
  const { items } = await client.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace })
  const last = new Map<string, string>()
  for (const { type, reason, message, involvedObject } of items) {
    if (type !== 'Warning' || involvedObject.name === undefined || !names.has(involvedObject.name)) continue
    last.set(involvedObject.name, `${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}`)
  }
  return [...last.values()]
}
