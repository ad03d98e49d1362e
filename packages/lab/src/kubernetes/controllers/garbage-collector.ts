/** The garbage collector: what has lost all its owners goes; foreground and orphan deletion are carried out. */
import { ApiStatusError } from '../api/api.ts'
import type { Api, KubeObject, OwnerReference } from '../api/api.ts'
import type { Caches } from './caches.ts'
import type { Controller, ControllerParts, StartController } from './controller.ts'
import { queueOf } from './controller.ts'
import { Informer } from './informer.ts'
import { isDeleted, namespaceOf } from './objects.ts'
import { change, hasFinalizer, remove, removeFinalizer } from './write.ts'
import type { WorkQueue } from './work-queue.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

/** Kinds that own or are owned, by kind. */
const resourceOf: Readonly<Record<string, string>> = {
  Pod: 'pods', PersistentVolumeClaim: 'persistentvolumeclaims', ConfigMap: 'configmaps', Secret: 'secrets', Service: 'services', ServiceAccount: 'serviceaccounts', Node: 'nodes',
  Namespace: 'namespaces', PersistentVolume: 'persistentvolumes', Deployment: 'deployments.apps', ReplicaSet: 'replicasets.apps', StatefulSet: 'statefulsets.apps', DaemonSet: 'daemonsets.apps',
  ControllerRevision: 'controllerrevisions.apps', CSIStorageCapacity: 'csistoragecapacities.storage.k8s.io', CSINode: 'csinodes.storage.k8s.io', CSIDriver: 'csidrivers.storage.k8s.io',
  StorageClass: 'storageclasses.storage.k8s.io', VolumeAttachment: 'volumeattachments.storage.k8s.io', Lease: 'leases.coordination.k8s.io',
}
const clusterScoped = new Set(['Node', 'Namespace', 'PersistentVolume', 'CSINode', 'CSIDriver', 'StorageClass', 'VolumeAttachment'])

export const startGarbageCollector: StartController = (parts) => new GarbageCollector(parts)

class GarbageCollector implements Controller {
  readonly #api: Api
  readonly #queue: WorkQueue
  readonly #objects = new Map<string, KubeObject>()
  /** By the owner's UID the UIDs of what it owns. */
  readonly #dependents = new Map<string, Set<string>>()
  readonly #own: readonly Informer<KubeObject>[]

  constructor(parts: ControllerParts) {
    this.#api = parts.api
    this.#queue = queueOf(parts, 'garbage', (uid) => this.#sync(uid))
    this.#own = ['configmaps', 'secrets', 'services', 'serviceaccounts'].map((resource) => new Informer<KubeObject>(parts.api, resource))
    for (const subscribe of [...this.#own.map(subscribeTo), ...shared(parts.caches)]) subscribe((object, type) => this.#take(object, type))
  }

  stop(): void {
    this.#queue.stop()
    for (const informer of this.#own) informer.stop()
  }

  #take(object: KubeObject, type: string): void {
    const { uid } = object.metadata
    const before = this.#objects.get(uid)
    for (const owner of before?.metadata.ownerReferences ?? []) this.#dependents.get(owner.uid)?.delete(uid)
    if (type === 'DELETED') {
      this.#objects.delete(uid)
      for (const dependent of this.#dependents.get(uid) ?? []) this.#queue.add(dependent)
      for (const owner of object.metadata.ownerReferences ?? []) this.#queue.add(owner.uid)
      return
    }
    this.#objects.set(uid, object)
    for (const owner of object.metadata.ownerReferences ?? []) this.#dependents.set(owner.uid, (this.#dependents.get(owner.uid) ?? new Set()).add(uid))
    const owned = (object.metadata.ownerReferences ?? []).length > 0 && before === undefined
    if (owned || (isDeleted(object) && (hasFinalizer(object, foreground) || hasFinalizer(object, orphan)))) this.#queue.add(uid)
  }

  #sync(uid: string): void {
    const object = this.#current(this.#objects.get(uid))
    if (object === undefined) return
    if (isDeleted(object)) return this.#finish(object)
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length === 0) return
    const found = owners.map((owner) => ({ owner, object: this.#ownerOf(object, owner) }))
    const solid = found.filter(({ object: each }) => each !== undefined && !(isDeleted(each) && hasFinalizer(each, foreground)))
    const waiting = found.some(({ object: each }) => each !== undefined && isDeleted(each) && hasFinalizer(each, foreground))
    if (solid.length === 0) return remove(this.#api, resourceFor(object), object, { propagationPolicy: waiting ? 'Foreground' : 'Background' })
    if (solid.length < owners.length) this.#keepOwners(object, solid.map(({ owner }) => owner))
  }

  #current(object: KubeObject | undefined): KubeObject | undefined {
    if (object === undefined) return undefined
    const current = this.#api.get(resourceFor(object), object.metadata.name, object.metadata.namespace)
    return current?.metadata.uid === object.metadata.uid ? current : undefined
  }

  #ownerOf(object: KubeObject, owner: OwnerReference): KubeObject | undefined {
    const resource = resourceOf[owner.kind]
    // An owner of a kind that is not known here cannot be missed.
    if (resource === undefined) return object
    const found = this.#api.get(resource, owner.name, clusterScoped.has(owner.kind) ? undefined : namespaceOf(object))
    return found?.metadata.uid === owner.uid ? found : undefined
  }

  #keepOwners(object: KubeObject, ownerReferences: readonly OwnerReference[]): void {
    change(this.#api, resourceFor(object), object, (current) => ({ ...current, metadata: { ...current.metadata, ownerReferences } }))
  }

  #finish(object: KubeObject): void {
    const dependents = [...(this.#dependents.get(object.metadata.uid) ?? [])].flatMap((uid) => this.#current(this.#objects.get(uid)) ?? [])
    if (hasFinalizer(object, orphan)) {
      for (const dependent of dependents) this.#keepOwners(dependent, (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== object.metadata.uid))
      return removeFinalizer(this.#api, resourceFor(object), object, orphan)
    }
    if (!hasFinalizer(object, foreground)) return
    for (const dependent of dependents) if (!isDeleted(dependent)) this.#queue.add(dependent.metadata.uid)
    const blocking = dependents.some(({ metadata }) => metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === object.metadata.uid && blockOwnerDeletion === true))
    if (!blocking) removeFinalizer(this.#api, resourceFor(object), object, foreground)
  }
}

function resourceFor(object: KubeObject): string {
  const resource = resourceOf[object.kind]
  if (resource === undefined) throw new ApiStatusError(500, 'InternalError', `the garbage collector does not know the kind ${object.kind}`)
  return resource
}

type Subscribe = (listener: (object: KubeObject, type: string) => void) => void

function subscribeTo<T extends KubeObject>(informer: Informer<T>): Subscribe {
  return (listener) => informer.onChange(({ object, type }) => listener(object, type))
}

function shared(caches: Caches): readonly Subscribe[] {
  const of = subscribeTo
  return [of(caches.pods), of(caches.claims), of(caches.replicaSets), of(caches.deployments), of(caches.statefulSets), of(caches.daemonSets), of(caches.revisions), of(caches.capacities), of(caches.csiNodes), of(caches.nodes)]
}
