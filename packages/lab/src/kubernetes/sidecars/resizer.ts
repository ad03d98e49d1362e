/** csi-resizer 2.3.0, with recovery from failed expansion (KEP-1790). */
import { Size } from '@stowage/core/size'
import type { PersistentVolumeSpec } from 'kubernetes-types/core/v1'
import { Informer } from '../controllers/informer.ts'
import type { Claim, Pod, Volume } from '../controllers/objects.ts'
import { annotationOf, claimNamesOf, isPodOver, keyOf, splitKey } from '../controllers/objects.ts'
import { requestedSize, sizeOf, volumeModeOf } from '../controllers/volumes/match-volume.ts'
import { noteResize, resizeStatusOf } from '../controllers/volumes/resize-status.ts'
import { change, withAnnotations } from '../controllers/write.ts'
import { CsiFailure, isInfeasible, mayBeGoingOn } from './csi-client.ts'
import { readSecret } from './secrets.ts'
import type { Sidecar, SidecarKind } from './sidecar.ts'
import { csiAccessMode, csiCapability } from './volume-capability.ts'

const preResizeCapacity = 'volume.alpha.kubernetes.io/pre-resize-capacity'
const failedPrecondition = 9
/** What is infeasible is asked again only after this long, unless the claim changes. */
const slowRetryMs = 300_000

export const resizerKind: SidecarKind = {
  name: 'csi-resizer',
  defaultTimeoutMs: 10_000,
  defaultWorkers: 10,
  flags: { 'resync-period': 'duration', 'workers': 'count', 'handle-volume-inuse-error': 'boolean', 'extra-modify-metadata': 'boolean', 'resize-timeout': 'duration', 'modify-timeout': 'duration' },
  start: async (sidecar) => new Resizer(sidecar, await whoExpands(sidecar)).run(),
}

/** `node`: nothing is to do but to write that the node has to. */
type Expander = 'controller' | 'node'

async function whoExpands({ client, driver, timeoutMs }: Sidecar): Promise<Expander> {
  if (driver.controller.has('EXPAND_VOLUME')) return 'controller'
  const { capabilities } = await client.call('/csi.v1.Node/NodeGetCapabilities', {}, timeoutMs)
  if (capabilities.some(({ rpc }) => rpc?.type === 'EXPAND_VOLUME')) return 'node'
  throw new Error('CSI driver neither supports controller resize nor node resize')
}

class Resizer {
  readonly #sidecar: Sidecar
  /** Claims whose volume can only be expanded while nobody uses it. */
  readonly #offlineOnly = new Set<string>()
  /** Sizes that were refused for good, by claim, and when. */
  readonly #infeasible = new Map<string, { readonly size: string; readonly at: number }>()
  readonly #finalErrors = new Set<string>()

  readonly #expander: Expander

  constructor(sidecar: Sidecar, expander: Expander) {
    this.#sidecar = sidecar
    this.#expander = expander
  }

  run(): void {
    const { api, queue, onEnd } = this.#sidecar
    const claims = new Informer<Claim>(api, 'persistentvolumeclaims')
    const work = queue('claims', (key) => this.#sync(key))
    const pods = new Informer<Pod>(api, 'pods')
    onEnd(() => [claims, pods].forEach((each) => each.stop()))
    claims.onChange(({ type, object }) => {
      if (type !== 'DELETED' && this.#needsResize(object)) work.add(keyOf(object))
    })
    pods.onChange(({ type, object }) => {
      if (type !== 'DELETED' && !isPodOver(object)) return
      for (const name of claimNamesOf(object)) {
        const claim = claims.get(name, object.metadata.namespace)
        if (claim !== undefined && this.#offlineOnly.has(claim.metadata.uid)) work.add(keyOf(claim))
      }
    })
  }

  #needsResize(claim: Claim): boolean {
    if (claim.status?.phase !== 'Bound' || (claim.spec.volumeName ?? '') === '') return false
    return statusSize(claim).lessThan(requestedSize(claim))
  }

  async #sync(key: string): Promise<void> {
    const { name, namespace } = splitKey(key)
    const { api, driver } = this.#sidecar
    const claim = api.get<Claim>('persistentvolumeclaims', name, namespace)
    if (claim === undefined || !this.#needsResize(claim)) return
    const volume = api.get<Volume>('persistentvolumes', claim.spec.volumeName ?? '')
    if (volume === undefined) throw new Error(`PV "${claim.spec.volumeName}" bound to pvc "${key}" not found`)
    if (volume.spec.csi?.driver !== driver.driver || volume.spec.claimRef?.uid !== claim.metadata.uid) return
    const size = this.#sizeToAsk(claim, volume)
    if (size !== undefined) await this.#expand(claim, volume, size)
  }

  /** undefined when it is the node's turn, or too early. */
  #sizeToAsk(claim: Claim, volume: Volume): Size | undefined {
    const status = resizeStatusOf(claim)
    const allocated = Size.tryParse(String(claim.status?.allocatedResources?.['storage'] ?? ''))
    const wanted = requestedSize(claim)
    const onNode = status === 'NodeResizePending' || status === 'NodeResizeInProgress'
    const refused = this.#infeasible.get(claim.metadata.uid)
    if (refused?.size === wanted.toString() && this.#sidecar.clock.monotonic() - refused.at < slowRetryMs) return undefined
    if (sizeOf(volume).atLeast(wanted)) return onNode ? undefined : (allocated ?? wanted)
    if (onNode) return allocated !== undefined && sizeOf(volume).lessThan(allocated) ? allocated : undefined
    if (status === 'NodeResizeInfeasible') return allocated ?? wanted
    if (status === 'ControllerResizeInProgress' && !this.#finalErrors.has(claim.metadata.uid)) return allocated ?? wanted
    return wanted
  }

  async #expand(claim: Claim, volume: Volume, size: Size): Promise<void> {
    const { api, clock, driver } = this.#sidecar
    const same = claim.status?.allocatedResources?.['storage'] === size.toString()
    const note = { allocated: size.toString(), condition: { type: 'Resizing' }, keepConditions: same, ...(same ? {} : { status: 'ControllerResizeInProgress' as const }) }
    const marked = noteResize(api, clock, claim, note) ?? claim
    if (this.#offlineOnly.has(claim.metadata.uid) && this.#isUsed(claim)) {
      const message = `Unable to expand ${keyOf(claim)} because CSI driver ${driver.driver} only supports offline expansion and volume is currently in-use`
      return api.event(claim, 'Warning', 'VolumeResizeFailed', message)
    }
    api.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`)
    this.#offlineOnly.delete(claim.metadata.uid)
    try {
      const answer = await this.#ask(volume, size)
      this.#finalErrors.delete(claim.metadata.uid)
      this.#infeasible.delete(claim.metadata.uid)
      this.#save(marked, volume, answer.capacityBytes === 0 ? size : Size.bytes(answer.capacityBytes), answer.nodeExpansionRequired)
    } catch (error) {
      this.#noteFailure(marked, size, error)
      const text = `resize volume "${volume.metadata.name}" by resizer "${driver.driver}" failed: ${error instanceof Error ? error.message : String(error)}`
      api.event(claim, 'Warning', 'VolumeResizeFailed', text)
      throw new Error(text, { cause: error })
    }
  }

  async #ask(volume: Volume, size: Size): Promise<{ readonly capacityBytes: number; readonly nodeExpansionRequired: boolean }> {
    const { api, client, driver, flags, timeoutMs } = this.#sidecar
    if (this.#expander === 'node') return { capacityBytes: size.toNumber(), nodeExpansionRequired: true }
    const csi = volume.spec.csi
    const reference = csi?.controllerExpandSecretRef
    const mode = csiAccessMode(volume.spec.accessModes ?? [], driver.controller.has('SINGLE_NODE_MULTI_WRITER'))
    return client.call('/csi.v1.Controller/ControllerExpandVolume', {
      volumeId: csi?.volumeHandle ?? '',
      capacityRange: { requiredBytes: size.toNumber(), limitBytes: 0 },
      secrets: readSecret(api, reference === undefined ? undefined : { name: reference.name ?? '', namespace: reference.namespace ?? '' }),
      volumeCapability: csiCapability({ block: volumeModeOf(volume) === 'Block', fsType: csi?.fsType ?? '', mountOptions: volume.spec.mountOptions ?? [], mode }),
    }, flags.duration('resize-timeout', timeoutMs))
  }

  #save(claim: Claim, volume: Volume, size: Size, onNode: boolean): void {
    const { api, clock } = this.#sidecar
    change<Volume>(api, 'persistentvolumes', volume, (current) => {
      const spec: PersistentVolumeSpec = { ...current.spec, capacity: { ...current.spec.capacity, storage: size.toString() } }
      const grown = { ...current, spec }
      const noted = annotationOf(current, preResizeCapacity) !== undefined || !onNode
      return noted ? grown : withAnnotations(grown, { [preResizeCapacity]: statusSize(claim).toString() })
    })
    if (onNode) {
      const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.'
      noteResize(api, clock, claim, { status: 'NodeResizePending', condition: { type: 'FileSystemResizePending', message }, keepConditions: true })
      return api.event(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node')
    }
    noteResize(api, clock, claim, { status: 'done', capacity: size.toString() })
    api.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded')
  }

  #noteFailure(claim: Claim, size: Size, error: unknown): void {
    const { api, clock, flags } = this.#sidecar
    if (error instanceof CsiFailure && error.code === failedPrecondition && flags.on('handle-volume-inuse-error', true)) this.#offlineOnly.add(claim.metadata.uid)
    if (mayBeGoingOn(error)) return void this.#finalErrors.delete(claim.metadata.uid)
    this.#finalErrors.add(claim.metadata.uid)
    const message = `failed to expand pvc with ${error instanceof Error ? error.message : String(error)}`
    const infeasible = isInfeasible(error)
    if (infeasible) this.#infeasible.set(claim.metadata.uid, { size: size.toString(), at: clock.monotonic() })
    noteResize(api, clock, claim, { condition: { type: 'ControllerResizeError', message }, keepConditions: true, ...(infeasible ? { status: 'ControllerResizeInfeasible' } : {}) })
  }

  #isUsed(claim: Claim): boolean {
    const pods = this.#sidecar.api.list<Pod>('pods', { namespace: claim.metadata.namespace ?? '' })
    return pods.some((pod) => !isPodOver(pod) && claimNamesOf(pod).includes(claim.metadata.name))
  }
}

function statusSize(claim: Claim): Size {
  return Size.tryParse(String(claim.status?.capacity?.['storage'] ?? '0')) ?? Size.zero
}

