/** A node's kubelet: its Node object, its CSI drivers, its volumes and its pods. */
import type { Log } from '@stowage/core'
import { silentLog } from '@stowage/core'
import type { Cancel, Effects } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import { withQuietEvents } from '../controllers/event-recorder.ts'
import { Informer } from '../controllers/informer.ts'
import type { Claim, Node, Pod } from '../controllers/objects.ts'
import { WorkQueue } from '../controllers/work-queue.ts'
import { addressOf, keepLease, registerNode } from './node-object.ts'
import type { NodeConfig } from './node-object.ts'
import { Plugins } from './plugins.ts'
import { PodWorker } from './pod-worker.ts'
import { findVolumes } from './reconstruct.ts'
import type { ContainerRuntime } from './runtime.ts'
import { VolumeManager } from './volume-manager.ts'
import type { VolumeIdentity } from './csi-node.ts'

export interface KubeletOptions {
  readonly node: NodeConfig
  readonly api: Api
  /** Of the kubelet's own process, on its machine: its files are the machine's. Silent when it is killed. */
  readonly effects: Effects
  readonly runtime: ContainerRuntime
  /** Where a socket that the machine sees at `hostPath` really listens. Default: there. */
  readonly socketAddress?: (hostPath: string) => string
  readonly log?: Log
  /** How often mounted volumes are looked at for a new size; default 5 s. */
  readonly sizeCheckMs?: number
  /** How often NodeGetVolumeStats is asked; default 60 s. */
  readonly statsMs?: number
}

export interface VolumeStats {
  readonly identity: VolumeIdentity
  readonly claim: Claim | undefined
  readonly podUid: string
  readonly totalBytes: number
  readonly usedBytes: number
  readonly availableBytes: number
  readonly totalInodes: number
  readonly freeInodes: number
}

export interface Kubelet {
  readonly node: string
  readonly runtime: ContainerRuntime
  /** As of the last round. */
  volumeStats(): readonly VolumeStats[]
  /** As a service is stopped: its pods go on running, and a new kubelet finds them. */
  stop(): void
}

export function createKubelet(options: KubeletOptions): Kubelet {
  return new NodeKubelet(options)
}

/** kubelet's syncFrequency: how late a changed Secret is in the files of its pods. */
const syncMs = 60_000

class NodeKubelet implements Kubelet {
  readonly node: string
  readonly runtime: ContainerRuntime
  readonly #options: KubeletOptions
  readonly #api: Api
  readonly #plugins: Plugins
  readonly #volumes: VolumeManager
  readonly #workers = new Map<string, PodWorker>()
  readonly #queue: WorkQueue
  readonly #ends: Cancel[] = []
  #stats: readonly VolumeStats[] = []
  #podIps = 1

  constructor(options: KubeletOptions) {
    const { effects, node, log = silentLog, socketAddress = (path: string) => path } = options
    const { clock, files, rpc } = effects
    this.#options = options
    this.node = node.name
    this.runtime = options.runtime
    this.#api = withQuietEvents(options.api.as('kubelet'))
    this.#queue = new WorkQueue({ clock, log, name: `pods/${node.name}`, work: (uid) => this.#step(uid), workers: 1_000, firstRetryMs: 100, lastRetryMs: 60_000 })
    this.#plugins = new Plugins({ api: this.#api, clock, rpc, log, node: node.name, socketAddress, onChange: () => this.#volumes.wakeAll() })
    this.#volumes = new VolumeManager({ api: this.#api, clock, files, log, node: node.name, driver: (name) => this.#plugins.driver(name), wakePod: (uid) => this.#queue.add(uid) })
    registerNode(this.#api, clock, node)
    this.#ends.push(keepLease(this.#api, clock, node), this.runtime.onEnd(({ spec }) => this.#containerEnded(spec.podUid)))
    void this.#begin().catch((error: unknown) => log.error('kubelet could not begin', { node: node.name, error: error instanceof Error ? error.stack : String(error) }))
  }

  volumeStats(): readonly VolumeStats[] {
    return this.#stats
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end()
    this.#queue.stop()
    this.#volumes.stop()
    this.#plugins.stop()
  }

  async #begin(): Promise<void> {
    const { effects, sizeCheckMs = 5_000, statsMs = 60_000 } = this.#options
    for (const found of await findVolumes(effects.files)) this.#volumes.adopt(found)
    this.#killOrphans()
    const pods = new Informer<Pod>(this.#api, 'pods', {}, { fieldSelector: `spec.nodeName=${this.node}` })
    pods.onChange(({ object }) => this.#podChanged(object))
    const own = new Informer<Node>(this.#api, 'nodes', {}, { fieldSelector: `metadata.name=${this.node}` })
    own.onChange(({ object, previous }) => {
      if (object.status?.volumesAttached !== previous?.status?.volumesAttached) this.#volumes.wake()
    })
    this.#ends.push(() => pods.stop(), () => own.stop(), this.#every(sizeCheckMs, () => this.#volumes.checkSizes()), this.#every(statsMs, () => void this.#askStats()), this.#every(syncMs, () => void this.#refreshFiles()))
  }

  /** Containers of pods that were deleted while no kubelet was there. */
  #killOrphans(): void {
    for (const { id, spec } of this.runtime.containers()) {
      const pod = this.#api.get<Pod>('pods', spec.pod, spec.namespace)
      if (pod?.metadata.uid !== spec.podUid) this.runtime.kill(id)
    }
  }

  #podChanged(pod: Pod): void {
    const { uid } = pod.metadata
    if (!this.#workers.has(uid)) this.#workers.set(uid, this.#workerFor(pod))
    this.#queue.add(uid)
  }

  #workerFor(pod: Pod): PodWorker {
    const { effects, node } = this.#options
    return new PodWorker(
      {
        api: this.#api,
        clock: effects.clock,
        files: effects.files,
        node: node.name,
        hostIp: addressOf(node),
        runtime: this.runtime,
        volumes: this.#volumes,
        nextPodIp: () => `${node.podNetwork ?? '10.244.0'}.${(this.#podIps = (this.#podIps % 253) + 1) + 1}`,
        wakeAfter: (ms) => this.#queue.addAfter(pod.metadata.uid, ms),
      },
      pod,
    )
  }

  async #step(uid: string): Promise<void> {
    const gone = await this.#workers.get(uid)?.step()
    if (gone === true) this.#workers.delete(uid)
    this.#plugins.expectChange()
  }

  #containerEnded(podUid: string): void {
    this.#queue.add(podUid)
    this.#plugins.expectChange()
  }

  #every(ms: number, run: () => void): Cancel {
    const { clock } = this.#options.effects
    let cancel = clock.after(ms, function again() {
      run()
      cancel = clock.after(ms, again)
    })
    return () => cancel()
  }

  async #refreshFiles(): Promise<void> {
    for (const worker of [...this.#workers.values()]) await worker.refresh()
  }

  async #askStats(): Promise<void> {
    const found: VolumeStats[] = []
    for (const { identity, podUid, path, claim } of this.#volumes.published()) {
      const driver = this.#plugins.driver(identity.driver)
      if (driver === undefined || !driver.capabilities.has('GET_VOLUME_STATS')) continue
      try {
        const { usage } = await driver.client.call('/csi.v1.Node/NodeGetVolumeStats', { volumeId: identity.handle, volumePath: path, stagingTargetPath: '' }, 10_000)
        const bytes = usage.find(({ unit }) => unit === 'BYTES')
        const inodes = usage.find(({ unit }) => unit === 'INODES')
        found.push({ identity, claim, podUid, totalBytes: bytes?.total ?? 0, usedBytes: bytes?.used ?? 0, availableBytes: bytes?.available ?? 0, totalInodes: inodes?.total ?? 0, freeInodes: inodes?.available ?? 0 })
      } catch (error) {
        this.#options.log?.debug('no stats of a volume', { volume: identity.name, error: String(error) })
      }
    }
    this.#stats = found
  }
}
