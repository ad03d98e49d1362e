/** The volume manager: which CSI volumes this node has, which it should have, and one step at a time from here to there. */
import type { Log } from '@stowage/core'
import { Size } from '@stowage/core/size'
import type { Clock, Files } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import type { Attachment, Claim, CsiDriver, Node, Pod, Volume } from '../controllers/objects.ts'
import { attachmentName, needsAttachment, uniqueVolumeName } from '../controllers/volumes/attachable.ts'
import { noteResize, resizeStatusOf } from '../controllers/volumes/resize-status.ts'
import { sizeOf } from '../controllers/volumes/match-volume.ts'
import { WorkQueue } from '../controllers/work-queue.ts'
import { changeStatus } from '../controllers/write.ts'
import { CsiFailure, isInfeasible } from '../sidecars/csi-client.ts'
import { NodeVolumes, identityOf, publishPath } from './csi-node.ts'
import type { VolumeIdentity } from './csi-node.ts'
import type { RegisteredDriver } from './plugins.ts'
import type { FoundVolume } from './reconstruct.ts'

export interface VolumeManagerParts {
  readonly api: Api
  readonly clock: Clock
  readonly files: Files
  readonly log: Log
  readonly node: string
  readonly driver: (name: string) => RegisteredDriver | undefined
  /** Something about this pod's volumes changed. */
  readonly wakePod: (podUid: string) => void
}

interface Wish {
  readonly pod: Pod
  readonly readOnly: boolean
  readonly volume: Volume
  readonly claim: Claim
}

/** `uncertain`: a call failed without saying that nothing was done, so it has to be taken back. */
type Done = 'done' | 'uncertain'

interface Device {
  readonly identity: VolumeIdentity
  readonly attachName: string
  attachable: boolean
  staged: Done | undefined
  readonly published: Map<string, Done>
  readonly wishes: Map<string, Wish>
  /** Its claim's pods wait for the attachment. */
  waitsForAttachment: boolean
  /** The size that was refused on this node for good. */
  infeasible: string | undefined
}

/** kubelet's exponential back-off of volume operations. */
const firstRetryMs = 500
const lastRetryMs = 122_000

class NotAttachedYet extends Error {}

export class VolumeManager {
  readonly #parts: VolumeManagerParts
  readonly #volumes: NodeVolumes
  readonly #devices = new Map<string, Device>()
  readonly #queue: WorkQueue

  constructor(parts: VolumeManagerParts) {
    this.#parts = parts
    this.#volumes = new NodeVolumes(parts)
    this.#queue = new WorkQueue({ clock: parts.clock, log: parts.log, name: `volumes/${parts.node}`, work: (key) => this.#reconcile(key), workers: 1_000, firstRetryMs, lastRetryMs })
  }

  stop(): void {
    this.#queue.stop()
  }

  /** A pod wants this volume. */
  want(pod: Pod, volume: Volume, claim: Claim, readOnly: boolean): void {
    const device = this.#deviceFor(volume)
    const known = device.wishes.get(pod.metadata.uid)
    device.wishes.set(pod.metadata.uid, { pod, volume, claim, readOnly })
    if (known === undefined) this.#queue.add(volume.metadata.name)
  }

  /** The pod wants nothing any more. */
  release(podUid: string): void {
    for (const [name, device] of this.#devices) {
      if (device.wishes.delete(podUid) || device.published.has(podUid)) this.#queue.add(name)
    }
  }

  isMounted(podUid: string, volumeName: string): boolean {
    return this.#devices.get(volumeName)?.published.get(podUid) === 'done'
  }

  /** Where the pod's containers find it. */
  pathOf(podUid: string, volumeName: string): string | undefined {
    const device = this.#devices.get(volumeName)
    return device === undefined ? undefined : publishPath(device.identity, podUid)
  }

  /** Nothing of the pod is mounted, not even perhaps. */
  isFree(podUid: string): boolean {
    return [...this.#devices.values()].every(({ published }) => !published.has(podUid))
  }

  /** Found on disk after a restart. */
  adopt({ identity, staged, pods }: FoundVolume): void {
    const device = this.#device(identity)
    device.staged = staged
    for (const [podUid, state] of pods) device.published.set(podUid, state)
    this.#queue.addAfter(identity.name, 1_000)
  }

  /** Drivers, the node's status or the claims may have changed: whatever waits looks again. */
  wake(): void {
    for (const [name, device] of this.#devices) if (device.waitsForAttachment || this.#queue.failures(name) > 0) this.#queue.add(name)
  }

  /** A driver came back: failed calls to it need not wait out their back-off. */
  wakeAll(): void {
    for (const name of this.#devices.keys()) this.#queue.add(name)
  }

  /** Asks the store for the claims of what is mounted, and expands what has grown. */
  checkSizes(): void {
    for (const [name, device] of this.#devices) {
      const wish = [...device.wishes.values()][0]
      if (wish !== undefined && device.published.size > 0 && this.#growth(device, wish) !== undefined) this.#queue.add(name)
    }
  }

  /** Of each published filesystem volume: driver, handle and path. */
  published(): readonly { readonly identity: VolumeIdentity; readonly podUid: string; readonly path: string; readonly claim: Claim | undefined }[] {
    return [...this.#devices.values()].flatMap(({ identity, published, wishes }) =>
      [...published].flatMap(([podUid, state]) => (state === 'done' ? [{ identity, podUid, path: publishPath(identity, podUid), claim: wishes.get(podUid)?.claim }] : [])),
    )
  }

  #deviceFor(volume: Volume): Device {
    const device = this.#device(identityOf(volume))
    device.attachable = needsAttachment(this.#parts.api.get<CsiDriver>('csidrivers.storage.k8s.io', volume.spec.csi?.driver ?? ''))
    return device
  }

  #device(identity: VolumeIdentity): Device {
    const known = this.#devices.get(identity.name)
    if (known !== undefined) return known
    const attachName = `kubernetes.io/csi/${identity.driver}^${identity.handle}`
    const device: Device = { identity, attachName, attachable: true, staged: undefined, published: new Map(), wishes: new Map(), waitsForAttachment: false, infeasible: undefined }
    this.#devices.set(identity.name, device)
    return device
  }

  async #reconcile(name: string): Promise<void> {
    const device = this.#devices.get(name)
    if (device === undefined) return
    await this.#tearDown(device)
    if (device.wishes.size === 0) return
    try {
      await this.#setUp(device)
      device.waitsForAttachment = false
    } catch (error) {
      device.waitsForAttachment = error instanceof NotAttachedYet
      if (!device.waitsForAttachment) throw error
    }
  }

  async #tearDown(device: Device): Promise<void> {
    for (const podUid of [...device.published.keys()]) {
      if (device.wishes.has(podUid)) continue
      device.published.set(podUid, 'uncertain')
      await this.#volumes.unpublish(device.identity, podUid)
      device.published.delete(podUid)
      this.#parts.wakePod(podUid)
    }
    if (device.wishes.size > 0 || device.published.size > 0) return
    if (device.staged !== undefined) {
      // Its answer may be lost: whoever wants the volume next has to stage it again.
      device.staged = 'uncertain'
      await this.#volumes.unstage(device.identity)
      device.staged = undefined
    }
    if (device.wishes.size > 0) return
    this.#devices.delete(device.identity.name)
    this.reportInUse()
  }

  async #setUp(device: Device): Promise<void> {
    for (const podUid of [...device.wishes.keys()]) {
      const wish = device.wishes.get(podUid)
      if (wish === undefined) continue
      if (device.published.get(podUid) !== 'done') await this.#mount(device, podUid, wish)
      await this.#grow(device, wish)
    }
  }

  async #mount(device: Device, podUid: string, wish: Wish): Promise<void> {
    this.#checkAttached(device, wish.volume)
    const { identity } = device
    if (this.#call(wish, stageWords(identity), () => this.#volumes.stages(identity)) && device.staged !== 'done') {
      await this.#attempt(wish, stageWords(identity), () => this.#volumes.stage(wish.volume, wish.pod), (state) => (device.staged = state))
    }
    if (!device.wishes.has(podUid)) return
    const note = (state: Done | undefined): void => void (state === undefined ? device.published.delete(podUid) : device.published.set(podUid, state))
    await this.#attempt(wish, publishWords(identity), () => this.#volumes.publish(wish.volume, wish.pod, wish.readOnly), note)
    this.#parts.wakePod(podUid)
  }

  /** In use first, and only then: is it attached? So the controller cannot take it away in between. */
  #checkAttached(device: Device, volume: Volume): void {
    if (!device.attachable) return
    this.reportInUse()
    const { api, node: nodeName } = this.#parts
    const node = api.get<Node>('nodes', nodeName)
    const listed = node?.status?.volumesAttached?.some(({ name }) => name === uniqueVolumeName(volume)) ?? false
    const attachment = api.get<Attachment>('volumeattachments.storage.k8s.io', attachmentName(volume, nodeName))
    if (!listed || attachment?.status?.attached !== true || attachment.metadata.deletionTimestamp !== undefined) throw new NotAttachedYet()
  }

  #call<T>(wish: Wish, words: Words, run: () => T): T {
    try {
      return run()
    } catch (error) {
      this.#tell(wish, words, error)
      throw error
    }
  }

  async #attempt(wish: Wish, words: Words, run: () => Promise<void>, note: (state: Done | undefined) => unknown): Promise<void> {
    note('uncertain')
    try {
      await run()
      note('done')
    } catch (error) {
      if (isFinal(error)) note(undefined)
      this.#tell(wish, words, error)
      throw error
    }
  }

  #tell(wish: Wish, words: Words, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    this.#parts.api.event(wish.pod, 'Warning', words.reason, `${words.what} failed for volume "${wish.volume.metadata.name}" : ${text}`)
  }

  /** The volume is larger than its claim says: the filesystem has to follow. */
  #growth(device: Device, wish: Wish): { readonly volume: Volume; readonly claim: Claim } | undefined {
    const { api } = this.#parts
    const claim = api.get<Claim>('persistentvolumeclaims', wish.claim.metadata.name, wish.claim.metadata.namespace)
    const volume = api.get<Volume>('persistentvolumes', device.identity.name)
    if (claim === undefined || volume === undefined) return undefined
    const status = resizeStatusOf(claim)
    if (status !== 'NodeResizePending' && status !== 'NodeResizeInProgress') return undefined
    const before = Size.tryParse(String(claim.status?.capacity?.['storage'] ?? '0')) ?? Size.zero
    if (!before.lessThan(sizeOf(volume)) || device.infeasible === sizeOf(volume).toString()) return undefined
    return { volume, claim }
  }

  async #grow(device: Device, wish: Wish): Promise<void> {
    const growth = device.published.get(wish.pod.metadata.uid) === 'done' ? this.#growth(device, wish) : undefined
    if (growth === undefined) return
    const { api, clock, node } = this.#parts
    const { volume } = growth
    const claim = noteResize(api, clock, growth.claim, { status: 'NodeResizeInProgress', keepConditions: true }) ?? growth.claim
    try {
      await this.#volumes.expand(volume, wish.pod)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (isInfeasible(error)) device.infeasible = sizeOf(volume).toString()
      noteResize(api, clock, claim, { ...(isInfeasible(error) ? { status: 'NodeResizeInfeasible' } : {}), condition: { type: 'NodeResizeError', message: `failed to expand pvc with ${text}` }, keepConditions: true })
      api.event(wish.pod, 'Warning', 'VolumeResizeFailed', `NodeExpandVolume.NodeExpandVolume failed for volume "${volume.metadata.name}" : ${text}`)
      throw error
    }
    noteResize(api, clock, claim, { status: 'done', capacity: sizeOf(volume).toString() })
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${node}`
    api.event(wish.pod, 'Normal', 'FileSystemResizeSuccessful', message)
    api.event(claim, 'Normal', 'FileSystemResizeSuccessful', message)
  }

  /** node.status.volumesInUse: what the attach-detach controller must leave attached. */
  reportInUse(): void {
    const { api, node: name } = this.#parts
    const node = api.get<Node>('nodes', name)
    if (node === undefined) return
    const inUse = [...this.#devices.values()].filter(({ attachable }) => attachable).map(({ attachName }) => attachName).sort()
    changeStatus<Node>(api, 'nodes', node, (current) => {
      const { volumesInUse: _old, ...status } = current.status ?? {}
      return inUse.length === 0 ? status : { ...status, volumesInUse: inUse }
    })
  }
}

interface Words {
  readonly reason: string
  readonly what: string
}

function stageWords({ block }: VolumeIdentity): Words {
  return block ? { reason: 'FailedMapVolume', what: 'MapVolume.SetUpDevice' } : { reason: 'FailedMount', what: 'MountVolume.MountDevice' }
}

function publishWords({ block }: VolumeIdentity): Words {
  return block ? { reason: 'FailedMapVolume', what: 'MapVolume.MapPodDevice' } : { reason: 'FailedMount', what: 'MountVolume.SetUp' }
}

/** Canceled, DeadlineExceeded, Unavailable, ResourceExhausted and Aborted leave it open whether something was done. */
function isFinal(error: unknown): boolean {
  return error instanceof CsiFailure && ![1, 4, 14, 8, 10].includes(error.code)
}
