/** The attach-detach controller: a VolumeAttachment for each volume and node that pods ask for, and none that they do not. */
import type { Api } from '../../api/api.ts'
import type { Controller, ControllerParts, StartController } from '../controller.ts'
import { every } from '../controller.ts'
import type { Attachment, Node, Pod, Volume } from '../objects.ts'
import { isDeleted, isPodOver, keyOf, namespaceOf } from '../objects.ts'
import { changeStatus, remove } from '../write.ts'
import { WorkQueue } from '../work-queue.ts'
import { attachmentName, isMultiAttachable, needsAttachment, uniqueVolumeName } from './attachable.ts'

/** maxWaitForUnmountDuration: a node that does not answer loses its volume after this. */
const forceDetachMs = 360_000
/** How long the real one waits for the external attacher before it says so. */
const attachPatienceMs = 120_000
const outOfService = 'node.kubernetes.io/out-of-service'

export const startAttachDetach: StartController = (parts) => new AttachDetach(parts)

class AttachDetach implements Controller {
  readonly #parts: ControllerParts
  readonly #api: Api
  readonly #queue: WorkQueue
  readonly #resync: Controller
  /** Since when a volume is unwanted on a node. */
  readonly #unwantedSince = new Map<string, number>()
  readonly #askedSince = new Map<string, number>()
  readonly #multiAttachSaid = new Set<string>()

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#api = parts.api
    this.#queue = new WorkQueue({ clock: parts.clock, log: parts.log, name: 'attach-detach', work: (key) => this.#sync(key), firstRetryMs: 500, lastRetryMs: 122_000 })
    this.#listen()
    this.#resync = every(parts, 5_000, () => {
      for (const attachment of parts.caches.attachments.all()) {
        const volume = attachment.spec.source.persistentVolumeName ?? ''
        if (attachment.status?.attached !== true || this.#unwantedSince.has(attachment.metadata.name)) this.#queue.add(volume)
      }
    })
  }

  stop(): void {
    this.#resync.stop()
    this.#queue.stop()
  }

  #listen(): void {
    const { pods, attachments, nodes, claims, volumes, csiDrivers } = this.#parts.caches
    pods.onChange(({ object, previous, type }) => {
      const moved = type === 'DELETED' || previous?.spec.nodeName !== object.spec.nodeName || isSettled(object) !== (previous !== undefined && isSettled(previous))
      if (moved && (object.spec.nodeName ?? '') !== '') for (const volume of this.#volumesOf(object)) this.#queue.add(keyOf(volume))
    })
    claims.onChange(({ object }) => {
      if ((object.spec.volumeName ?? '') !== '' && pods.by('claim', keyOf(object)).length > 0) this.#queue.add(object.spec.volumeName ?? '')
    })
    volumes.onChange(({ type, object }) => type === 'ADDED' && this.#queue.add(keyOf(object)))
    csiDrivers.onChange(({ object }) => {
      for (const volume of volumes.all()) if (volume.spec.csi?.driver === object.metadata.name) this.#queue.add(keyOf(volume))
    })
    attachments.onChange(({ type, object, previous }) => {
      const volume = object.spec.source.persistentVolumeName ?? ''
      if (type !== 'DELETED') this.#tell(object, previous)
      this.#reportAttached(object.spec.nodeName)
      this.#queue.add(volume)
    })
    nodes.onChange(({ object, previous }) => {
      const released = (previous?.status?.volumesInUse ?? []).filter((name) => !object.status?.volumesInUse?.includes(name))
      const changed = previous === undefined || released.length > 0 || isHealthy(previous) !== isHealthy(object) || isOutOfService(previous) !== isOutOfService(object)
      if (previous === undefined) this.#reportAttached(object.metadata.name)
      if (changed) for (const attachment of attachments.by('node', object.metadata.name)) this.#queue.add(attachment.spec.source.persistentVolumeName ?? '')
    })
  }

  #volumesOf(pod: Pod): readonly Volume[] {
    const { claims, volumes } = this.#parts.caches
    return (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim, ephemeral, name }) => {
      const claimName = persistentVolumeClaim?.claimName ?? (ephemeral === undefined ? undefined : `${pod.metadata.name}-${name}`)
      const claim = claimName === undefined ? undefined : claims.get(claimName, pod.metadata.namespace)
      return (claim === undefined ? undefined : volumes.get(claim.spec.volumeName ?? '')) ?? []
    })
  }

  /** Pods on a node that need the volume there. */
  #users(volume: Volume): readonly Pod[] {
    const ref = volume.spec.claimRef
    if (ref === undefined) return []
    return this.#parts.caches.pods.by('claim', `${ref.namespace}/${ref.name}`).filter((pod) => (pod.spec.nodeName ?? '') !== '' && !isSettled(pod))
  }

  #sync(name: string): void {
    const volume = this.#api.get<Volume>('persistentvolumes', name)
    const attachments = this.#parts.caches.attachments.by('volume', name).flatMap((each) => this.#api.get<Attachment>('volumeattachments.storage.k8s.io', each.metadata.name) ?? [])
    const attached = volume?.spec.csi !== undefined && needsAttachment(this.#parts.caches.csiDrivers.get(volume.spec.csi.driver))
    const users = volume === undefined || !attached ? [] : this.#users(volume)
    const wanted = new Map(users.map((pod) => [pod.spec.nodeName ?? '', pod]))
    for (const attachment of attachments) {
      if (wanted.has(attachment.spec.nodeName)) this.#unwantedSince.delete(attachment.metadata.name)
      else this.#detach(attachment, volume)
    }
    if (volume !== undefined) for (const node of wanted.keys()) this.#attach(volume, node, users)
  }

  #attach(volume: Volume, node: string, users: readonly Pod[]): void {
    const name = attachmentName(volume, node)
    const existing = this.#api.get<Attachment>('volumeattachments.storage.k8s.io', name)
    if (existing !== undefined) return this.#checkPatience(existing, volume, users)
    const others = this.#parts.caches.attachments.by('volume', volume.metadata.name).map(({ metadata }) => metadata.name)
    const elsewhere = others.some((each) => each !== name && this.#api.get('volumeattachments.storage.k8s.io', each) !== undefined)
    if (elsewhere && !isMultiAttachable(volume)) return this.#sayMultiAttach(volume, node, users)
    this.#multiAttachSaid.delete(name)
    this.#askedSince.set(name, this.#parts.clock.monotonic())
    const spec = { attacher: volume.spec.csi?.driver ?? '', nodeName: node, source: { persistentVolumeName: volume.metadata.name } }
    const made = this.#api.create<Attachment>('volumeattachments.storage.k8s.io', { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name }, ...{ spec } })
    this.#parts.log.debug('volume is to be attached', { volume: volume.metadata.name, node, attachment: made.metadata.name })
  }

  #checkPatience(attachment: Attachment, volume: Volume, users: readonly Pod[]): void {
    const { name } = attachment.metadata
    const { clock } = this.#parts
    if (attachment.status?.attached === true) return void this.#askedSince.delete(name)
    const since = this.#askedSince.get(name) ?? clock.monotonic()
    if (clock.monotonic() - since < attachPatienceMs) return void this.#askedSince.set(name, since)
    this.#askedSince.set(name, clock.monotonic())
    const message = `AttachVolume.Attach failed for volume "${volume.metadata.name}" : timed out waiting for external-attacher of ${attachment.spec.attacher} CSI driver to attach volume ${volume.spec.csi?.volumeHandle ?? ''}`
    for (const pod of users) if (pod.spec.nodeName === attachment.spec.nodeName) this.#api.event(pod, 'Warning', 'FailedAttachVolume', message)
  }

  /** Once for each volume and node, until it is attached there. */
  #sayMultiAttach(volume: Volume, node: string, users: readonly Pod[]): void {
    const name = attachmentName(volume, node)
    if (this.#multiAttachSaid.has(name)) return
    this.#multiAttachSaid.add(name)
    const blocking = users.filter((pod) => pod.spec.nodeName !== node)
    for (const pod of users.filter((each) => each.spec.nodeName === node)) {
      this.#api.event(pod, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${volume.metadata.name}" ${whoBlocks(pod, blocking)}`)
    }
  }

  #detach(attachment: Attachment, volume: Volume | undefined): void {
    const { clock, log } = this.#parts
    const { name } = attachment.metadata
    if (isDeleted(attachment)) return void this.#unwantedSince.delete(name)
    const node = this.#api.get<Node>('nodes', attachment.spec.nodeName)
    const since = this.#unwantedSince.get(name) ?? clock.monotonic()
    this.#unwantedSince.set(name, since)
    const inUse = node === undefined || volume === undefined ? volume !== undefined : (node.status?.volumesInUse ?? []).includes(uniqueVolumeName(volume))
    const waited = clock.monotonic() - since
    const forced = node !== undefined && isOutOfService(node) ? 'out-of-service' : waited >= forceDetachMs && (node === undefined || !isHealthy(node)) ? 'timed out' : undefined
    if (inUse && forced === undefined) return
    if (inUse) log.warn('volume is detached from a node that may still use it', { volume: attachment.spec.source.persistentVolumeName, node: attachment.spec.nodeName, why: forced })
    this.#unwantedSince.delete(name)
    this.#reportAttached(attachment.spec.nodeName, name)
    remove(this.#api, 'volumeattachments.storage.k8s.io', attachment)
  }

  /** node.status.volumesAttached: what the kubelet reads before it touches a volume. `without` is about to be detached. */
  #reportAttached(nodeName: string, without?: string): void {
    const node = this.#api.get<Node>('nodes', nodeName)
    if (node === undefined) return
    const names = this.#parts.caches.attachments.by('node', nodeName).flatMap((cached) => {
      const attachment = this.#api.get<Attachment>('volumeattachments.storage.k8s.io', cached.metadata.name)
      const volume = this.#parts.caches.volumes.get(attachment?.spec.source.persistentVolumeName ?? '')
      if (attachment?.status?.attached !== true || isDeleted(attachment) || attachment.metadata.name === without || volume === undefined) return []
      return [{ name: uniqueVolumeName(volume), devicePath: '' }]
    })
    changeStatus<Node>(this.#api, 'nodes', node, (current) => {
      const { volumesAttached: _old, ...status } = current.status ?? {}
      return names.length === 0 ? status : { ...status, volumesAttached: names }
    })
  }

  #tell(attachment: Attachment, previous: Attachment | undefined): void {
    const volume = this.#parts.caches.volumes.get(attachment.spec.source.persistentVolumeName ?? '')
    const error = attachment.status?.attachError
    if (volume === undefined || isDeleted(attachment)) return
    const users = this.#users(volume).filter((pod) => pod.spec.nodeName === attachment.spec.nodeName)
    if (attachment.status?.attached === true && previous?.status?.attached !== true) {
      for (const pod of users) this.#api.event(pod, 'Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `)
    } else if (error !== undefined && attachment.status?.attached !== true && (previous?.status?.attachError?.time !== error.time || previous?.status?.attachError?.message !== error.message)) {
      for (const pod of users) this.#api.event(pod, 'Warning', 'FailedAttachVolume', `AttachVolume.Attach failed for volume "${volume.metadata.name}" : ${error.message ?? ''}`)
    }
  }
}

/** It is over, or it is being deleted and nothing of it runs: the node need not keep its volumes attached. */
function isSettled(pod: Pod): boolean {
  if (isPodOver(pod)) return true
  const statuses = pod.status?.containerStatuses ?? []
  return isDeleted(pod) && statuses.every(({ state }) => state?.terminated !== undefined || state?.waiting !== undefined)
}

function whoBlocks(pod: Pod, blocking: readonly Pod[]): string {
  if (blocking.length === 0) return "Volume is already exclusively attached to one node and can't be attached to another"
  const local = blocking.filter((other) => namespaceOf(other) === namespaceOf(pod))
  const others = blocking.length - local.length
  if (local.length === 0) return `Volume is already used by ${others} pod(s) in different namespaces`
  const names = local.map(({ metadata }) => metadata.name).join(', ')
  return `Volume is already used by pod(s) ${names}${others > 0 ? ` and ${others} pod(s) in different namespaces` : ''}`
}

function isHealthy(node: Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

function isOutOfService(node: Node): boolean {
  return node.spec.taints?.some(({ key }) => key === outOfService) ?? false
}
