/** CSI drivers of this node: found by their registration sockets, greeted, and written into CSINode and the node's labels. */
import type { Log } from '@stowage/core'
import { RpcFailure } from '@stowage/effects'
import type { Cancel, Clock, Rpc } from '@stowage/effects'
import { decode, encode } from '@stowage/wire/registration'
import type { NodeGetInfoResponse } from '@stowage/wire/csi'
import type { CSINodeDriver } from 'kubernetes-types/storage/v1'
import type { Api } from '../api/api.ts'
import { ApiStatusError } from '../api/api.ts'
import type { CsiNode, Node } from '../controllers/objects.ts'
import { change, sameJson, withAnnotations, withLabels } from '../controllers/write.ts'
import { CsiClient } from '../sidecars/csi-client.ts'
import { pluginRegistry } from './paths.ts'

export interface RegisteredDriver {
  readonly name: string
  readonly socket: string
  readonly client: CsiClient
  /** Of the node service: `STAGE_UNSTAGE_VOLUME`, `EXPAND_VOLUME`, … */
  readonly capabilities: ReadonlySet<string>
}

export interface PluginParts {
  readonly api: Api
  readonly clock: Clock
  readonly rpc: Rpc
  readonly log: Log
  readonly node: string
  readonly socketAddress: (hostPath: string) => string
  /** A driver came or went. */
  readonly onChange: () => void
}

/** fsnotify tells the real one at once; here the folder is looked at, often while containers come and go. */
const eagerMs = 500
const calmMs = 10_000
const eagerForMs = 30_000
/** A killed driver leaves its socket's file behind, so a socket that is missing for a moment is a restart and no farewell. */
const missingMs = 30_000
const callMs = 10_000

export class Plugins {
  readonly #parts: PluginParts
  readonly #drivers = new Map<string, RegisteredDriver>()
  readonly #missingSince = new Map<string, number>()
  #eagerUntil: number
  #cancel: Cancel = () => {}
  #nextAt = 0
  #looking = false

  constructor(parts: PluginParts) {
    this.#parts = parts
    this.#eagerUntil = parts.clock.monotonic() + eagerForMs
    this.#next(0)
  }

  driver(name: string): RegisteredDriver | undefined {
    return this.#drivers.get(name)
  }

  /** Containers changed: sockets may come and go. */
  expectChange(): void {
    this.#eagerUntil = this.#parts.clock.monotonic() + eagerForMs
    // Never later than planned, or a busy node would never look.
    if (!this.#looking && this.#nextAt > this.#parts.clock.monotonic() + eagerMs) this.#next(eagerMs)
  }

  stop(): void {
    this.#cancel()
    for (const { client } of this.#drivers.values()) client.close()
  }

  #next(ms: number): void {
    this.#cancel()
    this.#nextAt = this.#parts.clock.monotonic() + ms
    this.#cancel = this.#parts.clock.after(ms, () => void this.#look())
  }

  async #look(): Promise<void> {
    this.#looking = true
    try {
      const sockets = await this.#parts.rpc.list(this.#parts.socketAddress(pluginRegistry))
      for (const socket of sockets) {
        this.#missingSince.delete(socket)
        if (![...this.#drivers.values()].some((driver) => driver.socket === socket)) await this.#register(socket)
      }
      for (const driver of this.#drivers.values()) if (!sockets.includes(driver.socket)) this.#missed(driver)
    } catch (error) {
      this.#parts.log.warn('cannot look for CSI drivers', { node: this.#parts.node, error: String(error) })
    }
    this.#looking = false
    this.#next(this.#parts.clock.monotonic() < this.#eagerUntil ? eagerMs : calmMs)
  }

  #missed(driver: RegisteredDriver): void {
    const now = this.#parts.clock.monotonic()
    const since = this.#missingSince.get(driver.socket) ?? now
    this.#missingSince.set(driver.socket, since)
    if (now - since < missingMs) return
    this.#missingSince.delete(driver.socket)
    this.#drivers.delete(driver.name)
    driver.client.close()
    this.#writeCsiNode((drivers) => drivers.filter(({ name }) => name !== driver.name))
    this.#parts.onChange()
  }

  async #register(socket: string): Promise<void> {
    const registration = this.#parts.rpc.connect(socket)
    const call = (method: string, request: Uint8Array): Promise<Uint8Array> => registration.call(`/pluginregistration.Registration/${method}`, request, { timeoutMs: callMs })
    try {
      const info = decode('PluginInfo', await call('GetInfo', encode('InfoRequest', {})))
      if (info.type !== 'CSIPlugin') return
      const failure = await this.#greet(info.name, info.endpoint, socket).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      await call('NotifyRegistrationStatus', encode('RegistrationStatus', { pluginRegistered: failure === undefined, error: failure ?? '' }))
      if (failure !== undefined) this.#parts.log.warn('CSI driver could not be registered', { node: this.#parts.node, driver: info.name, error: failure })
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error
      this.#parts.log.debug('registration socket does not answer', { socket, error: error.message })
    } finally {
      registration.close()
    }
  }

  async #greet(name: string, endpoint: string, socket: string): Promise<undefined> {
    const { rpc, socketAddress } = this.#parts
    const client = new CsiClient(rpc, socketAddress(endpoint.replace(/^unix:(\/\/)?/, '')))
    const info = await client.call('/csi.v1.Node/NodeGetInfo', {}, callMs)
    const { capabilities } = await client.call('/csi.v1.Node/NodeGetCapabilities', {}, callMs)
    this.#drivers.get(name)?.client.close()
    this.#drivers.set(name, { name, socket, client, capabilities: new Set(capabilities.flatMap(({ rpc: each }) => (each === undefined ? [] : [each.type]))) })
    this.#writeTopology(name, info)
    this.#writeCsiNode((drivers) => [...drivers.filter((each) => each.name !== name), csiNodeDriver(name, info)])
    this.#parts.onChange()
  }

  #writeTopology(driver: string, info: NodeGetInfoResponse): void {
    const { api, node: name } = this.#parts
    const node = api.get<Node>('nodes', name)
    if (node === undefined) return
    const segments = info.accessibleTopology?.segments ?? {}
    const conflict = Object.entries(segments).find(([key, value]) => node.metadata.labels?.[key] !== undefined && node.metadata.labels[key] !== value)
    if (conflict !== undefined) throw new Error(`detected topology value collision: driver reported "${conflict[0]}":"${conflict[1]}" but existing label is "${conflict[0]}":"${node.metadata.labels?.[conflict[0]]}"`)
    change<Node>(api, 'nodes', node, (current) => {
      const ids = { ...nodeIds(current), [driver]: info.nodeId }
      const next = withAnnotations(withLabels(current, segments), { 'csi.volume.kubernetes.io/nodeid': JSON.stringify(ids) })
      return sameJson(next, current) ? undefined : next
    })
  }

  #writeCsiNode(edit: (drivers: readonly CSINodeDriver[]) => readonly CSINodeDriver[]): void {
    const { api, node: name } = this.#parts
    const node = api.get<Node>('nodes', name)
    const current = api.get<CsiNode>('csinodes.storage.k8s.io', name)
    if (current === undefined) {
      const ownerReferences = node === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid }]
      try {
        api.create('csinodes.storage.k8s.io', { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name, ownerReferences }, ...{ spec: { drivers: edit([]) } } })
      } catch (error) {
        if (!(error instanceof ApiStatusError) || error.reason !== 'AlreadyExists') throw error
      }
      return
    }
    const drivers = edit(current.spec.drivers)
    if (!sameJson(drivers, current.spec.drivers)) api.update('csinodes.storage.k8s.io', { ...current, ...{ spec: { drivers } } })
  }
}

function csiNodeDriver(name: string, info: NodeGetInfoResponse): CSINodeDriver {
  const topologyKeys = Object.keys(info.accessibleTopology?.segments ?? {}).sort()
  return { name, nodeID: info.nodeId, topologyKeys, ...(info.maxVolumesPerNode > 0 ? { allocatable: { count: info.maxVolumesPerNode } } : {}) }
}

function nodeIds(node: Node): Readonly<Record<string, unknown>> {
  const text = node.metadata.annotations?.['csi.volume.kubernetes.io/nodeid']
  const parsed: unknown = text === undefined ? {} : JSON.parse(text)
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}
