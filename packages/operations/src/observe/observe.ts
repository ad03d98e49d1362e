import { isStorageError } from '@stowage/core'
import type { Kind, KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import { withinNamespace } from './observation.ts'
import type { Observation, ObservedKinds, Seen } from './observation.ts'

export interface ObserveOptions {
  /** Only claims, pods and events of this namespace, and the volumes of its claims; other cluster-wide kinds are gathered in any case. */
  readonly namespace?: string
  readonly signal?: AbortSignal
}

const core = (kind: string): Kind => ({ apiVersion: 'v1', kind })
const storage = (kind: string): Kind => ({ apiVersion: 'storage.k8s.io/v1', kind })

/**
 * Gathers what storage is made of. A kind that may not be listed or cannot be reached is unknown, with the reason; only a
 * cluster of which nothing can be read is a failure.
 */
export async function observe(client: KubernetesClient, options: ObserveOptions = {}): Promise<Observation> {
  const { namespace } = options
  const within = namespace === undefined ? {} : { namespace }
  const seen = <K extends keyof ObservedKinds>(kind: Kind, scope: { namespace?: string } = {}): Promise<Seen<ObservedKinds[K] & KubernetesObject>> => look(client, kind, scope, options.signal)
  const [storageClasses, claims, volumes, pods, attachments, csiNodes, csiDrivers, nodes, events] = await Promise.all([
    seen<'storageClasses'>(storage('StorageClass')),
    seen<'claims'>(core('PersistentVolumeClaim'), within),
    seen<'volumes'>(core('PersistentVolume')),
    seen<'pods'>(core('Pod'), within),
    seen<'attachments'>(storage('VolumeAttachment')),
    seen<'csiNodes'>(storage('CSINode')),
    seen<'csiDrivers'>(storage('CSIDriver')),
    seen<'nodes'>(core('Node')),
    seen<'events'>(core('Event'), within),
  ])
  if (!claims.known && !volumes.known && !storageClasses.known) await client.list(core('PersistentVolumeClaim'), within)
  const takenAt = new Date(client.clock.now()).toISOString()
  const everything = { takenAt, server: client.server, storageClasses, claims, volumes, pods, attachments, csiNodes, csiDrivers, nodes, events }
  return namespace === undefined ? everything : withinNamespace(everything, namespace)
}

async function look<T extends KubernetesObject>(client: KubernetesClient, kind: Kind, scope: { namespace?: string }, signal: AbortSignal | undefined): Promise<Seen<T>> {
  try {
    const { items } = await client.list<T>(kind, scope, signal === undefined ? {} : { signal })
    return { known: true, items }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { known: false, why: error.message }
  }
}
