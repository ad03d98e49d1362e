/** csi-attacher 4.13.0: a VolumeAttachment is a promise, and its status says whether it is kept. */
import type { CSIPersistentVolumeSource } from 'kubernetes-types/core/v1'
import type { Api } from '../api/api.ts'
import { Informer } from '../controllers/informer.ts'
import type { Attachment, CsiNode, Secret, Volume } from '../controllers/objects.ts'
import { annotationOf, isDeleted, keyOf } from '../controllers/objects.ts'
import { addFinalizer, change, changeStatus, hasFinalizer, removeFinalizer, timestamp, withAnnotations } from '../controllers/write.ts'
import { volumeModeOf } from '../controllers/volumes/match-volume.ts'
import { decodeSecret } from './secrets.ts'
import type { Sidecar, SidecarKind } from './sidecar.ts'
import { csiAccessMode, csiCapability } from './volume-capability.ts'

const nodeIdAnnotation = 'csi.alpha.kubernetes.io/node-id'

export const attacherKind: SidecarKind = {
  name: 'csi-attacher',
  defaultTimeoutMs: 15_000,
  defaultWorkers: 10,
  flags: { 'resync': 'duration', 'reconcile-sync': 'duration', 'max-entries': 'count', 'max-grpc-log-length': 'count' },
  start: (sidecar) => new Attacher(sidecar).run(),
}

class Attacher {
  readonly #sidecar: Sidecar
  readonly #finalizer: string
  /** Attachments whose state at the driver is not what their status says. */
  readonly #forced = new Set<string>()
  readonly #attachments: Informer<Attachment>

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar
    this.#attachments = attachmentsByVolume(sidecar.api)
    this.#finalizer = `external-attacher/${sidecar.driver.driver.replaceAll('/', '-')}`
  }

  run(): void {
    const { api, driver, queue, onEnd } = this.#sidecar
    const attachmentQueue = queue('attachments', (key) => this.#sync(key))
    const volumeQueue = queue('volumes', (key) => this.#syncVolume(key))
    const attachments = this.#attachments
    const volumes = new Informer<Volume>(api, 'persistentvolumes')
    onEnd(() => [attachments, volumes].forEach((each) => each.stop()))
    attachments.onChange(({ type, object, previous }) => {
      if (object.spec.attacher !== driver.driver) return
      if (type === 'DELETED') volumeQueue.add(object.spec.source.persistentVolumeName ?? '')
      else if (previous === undefined || isDeleted(object) !== isDeleted(previous)) attachmentQueue.add(keyOf(object))
    })
    volumes.onChange(({ type, object }) => {
      if (type !== 'DELETED' && isDeleted(object) && hasFinalizer(object, this.#finalizer)) volumeQueue.add(keyOf(object))
    })
    if (driver.controller.has('LIST_VOLUMES_PUBLISHED_NODES')) this.#reconcile(attachments, (key) => attachmentQueue.add(key))
  }

  async #sync(key: string): Promise<void> {
    const attachment = this.#sidecar.api.get<Attachment>('volumeattachments.storage.k8s.io', key)
    if (attachment === undefined || attachment.spec.attacher !== this.#sidecar.driver.driver) return
    const forced = this.#forced.delete(key)
    if (isDeleted(attachment)) {
      if (forced || hasFinalizer(attachment, this.#finalizer)) await this.#detach(attachment)
    } else if (forced || attachment.status?.attached !== true) await this.#attach(attachment)
  }

  async #attach(attachment: Attachment): Promise<void> {
    const { api } = this.#sidecar
    try {
      const metadata = this.#sidecar.driver.controller.has('PUBLISH_UNPUBLISH_VOLUME') ? await this.#publish(attachment) : {}
      const attachmentMetadata = Object.keys(metadata).length === 0 ? {} : { attachmentMetadata: metadata }
      changeStatus<Attachment>(api, 'volumeattachments.storage.k8s.io', attachment, () => ({ attached: true, ...attachmentMetadata }))
    } catch (error) {
      this.#saveError(attachment, 'attachError', error)
      throw error
    }
  }

  async #publish(attachment: Attachment): Promise<Readonly<Record<string, string>>> {
    const { api, client, driver, flags, timeoutMs } = this.#sidecar
    const name = attachment.spec.source.persistentVolumeName ?? ''
    const volume = api.get<Volume>('persistentvolumes', name)
    if (volume === undefined) throw new Error(`persistentvolume "${name}" not found`)
    if (isDeleted(volume)) throw new Error(`PersistentVolume "${name}" is marked for deletion`)
    const csi = csiOf(volume)
    addFinalizer(api, 'persistentvolumes', volume, this.#finalizer)
    const mode = csiAccessMode(volume.spec.accessModes ?? [], driver.controller.has('SINGLE_NODE_MULTI_WRITER'))
    const secrets = this.#secrets(csi)
    const nodeId = this.#nodeId(attachment, false)
    change<Attachment>(api, 'volumeattachments.storage.k8s.io', attachment, (current) => {
      const finalizers = hasFinalizer(current, this.#finalizer) ? current.metadata.finalizers : [...(current.metadata.finalizers ?? []), this.#finalizer]
      if (finalizers === current.metadata.finalizers && annotationOf(current, nodeIdAnnotation) === nodeId) return undefined
      const marked = withAnnotations(current, { [nodeIdAnnotation]: nodeId })
      return { ...marked, metadata: { ...marked.metadata, ...(finalizers === undefined ? {} : { finalizers }) } }
    })
    const answer = await client.call('/csi.v1.Controller/ControllerPublishVolume', {
      volumeId: csi.volumeHandle,
      nodeId,
      readonly: driver.controller.has('PUBLISH_READONLY') && csi.readOnly === true,
      volumeCapability: csiCapability({ block: volumeModeOf(volume) === 'Block', fsType: csi.fsType ?? flags.text('default-fstype') ?? '', mountOptions: volume.spec.mountOptions ?? [], mode }),
      volumeContext: csi.volumeAttributes ?? {},
      secrets,
    }, timeoutMs)
    return answer.publishContext
  }

  async #detach(attachment: Attachment): Promise<void> {
    const { api, client, driver, timeoutMs } = this.#sidecar
    try {
      if (driver.controller.has('PUBLISH_UNPUBLISH_VOLUME')) {
        const name = attachment.spec.source.persistentVolumeName ?? ''
        const volume = api.get<Volume>('persistentvolumes', name)
        if (volume === undefined) throw new Error(`persistentvolume "${name}" not found`)
        const csi = csiOf(volume)
        await client.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId: csi.volumeHandle, nodeId: this.#nodeId(attachment, true), secrets: this.#secrets(csi) }, timeoutMs)
      }
      changeStatus<Attachment>(api, 'volumeattachments.storage.k8s.io', attachment, () => ({ attached: false }))
      removeFinalizer(api, 'volumeattachments.storage.k8s.io', attachment, this.#finalizer)
    } catch (error) {
      this.#saveError(attachment, 'detachError', error)
      throw error
    }
  }

  #saveError(attachment: Attachment, field: 'attachError' | 'detachError', error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    changeStatus<Attachment>(this.#sidecar.api, 'volumeattachments.storage.k8s.io', attachment, (current) => ({
      ...current.status,
      attached: current.status?.attached ?? false,
      [field]: { message, time: timestamp(this.#sidecar.clock) },
    }))
  }

  #secrets(csi: CSIPersistentVolumeSource): Record<string, string> {
    const reference = csi.controllerPublishSecretRef
    if (reference === undefined) return {}
    const secret = this.#sidecar.api.get<Secret>('secrets', reference.name ?? '', reference.namespace)
    if (secret === undefined) throw new Error(`failed to load secret "${reference.namespace}/${reference.name}": secrets "${reference.name}" not found`)
    return decodeSecret(secret)
  }

  /** By CSINode; a node whose driver is gone is detached by the id that was noted at the attachment. */
  #nodeId(attachment: Attachment, noted: boolean): string {
    const { api, driver } = this.#sidecar
    const name = attachment.spec.nodeName
    const csiNode = api.get<CsiNode>('csinodes.storage.k8s.io', name)
    const known = csiNode?.spec.drivers.find((each) => each.name === driver.driver)?.nodeID
    const id = known ?? (noted ? annotationOf(attachment, nodeIdAnnotation) : undefined)
    if (id !== undefined) return id
    throw new Error(csiNode === undefined ? `csinode.storage.k8s.io "${name}" not found` : `CSINode ${name} does not contain driver ${driver.driver}`)
  }

  /** The finalizer goes when no attachment needs the volume. */
  #syncVolume(name: string): void {
    const { api } = this.#sidecar
    const volume = api.get<Volume>('persistentvolumes', name)
    if (volume === undefined || !isDeleted(volume) || !hasFinalizer(volume, this.#finalizer)) return
    if (this.#attachments.by('volume', name).length === 0) removeFinalizer(api, 'persistentvolumes', volume, this.#finalizer)
  }

  /** `--reconcile-sync`: what the driver lists as published against what the attachments say. */
  #reconcile(attachments: Informer<Attachment>, wake: (key: string) => void): void {
    const { clock, client, driver, flags, log, onEnd, timeoutMs, api } = this.#sidecar
    const look = async (): Promise<void> => {
      const published = new Map<string, readonly string[]>()
      for (let startingToken = ''; ; ) {
        const page = await client.call('/csi.v1.Controller/ListVolumes', { maxEntries: flags.count('max-entries', 0), startingToken }, timeoutMs)
        for (const { volume, status } of page.entries) published.set(volume?.volumeId ?? '', status?.publishedNodeIds ?? [])
        startingToken = page.nextToken
        if (startingToken === '') break
      }
      for (const attachment of attachments.all()) {
        if (attachment.spec.attacher !== driver.driver) continue
        const handle = api.get<Volume>('persistentvolumes', attachment.spec.source.persistentVolumeName ?? '')?.spec.csi?.volumeHandle
        const nodeId = annotationOf(attachment, nodeIdAnnotation)
        if (handle === undefined || nodeId === undefined) continue
        if ((published.get(handle) ?? []).includes(nodeId) === (attachment.status?.attached ?? false)) continue
        this.#forced.add(keyOf(attachment))
        wake(keyOf(attachment))
      }
    }
    const period = flags.duration('reconcile-sync', 60_000)
    let cancel = clock.after(period, function again() {
      look().catch((error: unknown) => log.warn('could not reconcile attachments', { error: String(error) })).finally(() => {
        cancel = clock.after(period, again)
      })
    })
    onEnd(() => cancel())
  }
}

export function attachmentsByVolume(api: Api): Informer<Attachment> {
  return new Informer<Attachment>(api, 'volumeattachments.storage.k8s.io', { volume: ({ spec }) => (spec.source.persistentVolumeName === undefined ? [] : [spec.source.persistentVolumeName]) })
}

function csiOf(volume: Volume): CSIPersistentVolumeSource {
  if (volume.spec.csi === undefined) throw new Error('pv spec contained non-csi source that was not migrated')
  return volume.spec.csi
}
