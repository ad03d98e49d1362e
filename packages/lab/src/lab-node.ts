/** A machine as a node: its kubelet and its containers, processes that die apart, together, or with their machine. */
import { silentLog } from '@stowage/core'
import type { Effects, HostedProcess, ProcessHost } from '@stowage/effects'
import type { Api } from './kubernetes/api/api.ts'
import type { Images } from './kubernetes/kubelet/container.ts'
import { createKubelet } from './kubernetes/kubelet/kubelet.ts'
import type { Kubelet } from './kubernetes/kubelet/kubelet.ts'
import type { NodeConfig } from './kubernetes/kubelet/node-object.ts'
import { ContainerRuntime } from './kubernetes/kubelet/runtime.ts'
import type { Machine } from './machines/machine.ts'
import { execute, runContainer } from './workloads/run-container.ts'

export interface LabNodeOptions {
  readonly node: NodeConfig
  readonly machine: Machine
  readonly processes: ProcessHost
  readonly api: Api
  readonly images: Images
  /** What containers have beyond the machine's own. */
  readonly inCluster: (effects: Effects) => Effects
}

export class LabNode {
  readonly name: string
  readonly machine: Machine
  readonly #options: LabNodeOptions
  #containers: { readonly runtime: ContainerRuntime; readonly process: HostedProcess }
  #kubelet: { readonly kubelet: Kubelet; readonly process: HostedProcess }
  #starts = 0

  constructor(options: LabNodeOptions) {
    this.#options = options
    this.name = options.node.name
    this.machine = options.machine
    this.#containers = this.#startContainers()
    this.#kubelet = this.#start()
  }

  get kubelet(): Kubelet {
    return this.#kubelet.kubelet
  }

  get runtime(): ContainerRuntime {
    return this.#containers.runtime
  }

  /** As `kill -9`: the containers go on. */
  killKubelet(): void {
    this.#kubelet.process.kill()
    this.#kubelet.kubelet.stop()
  }

  /** A new kubelet, which finds what the last one left. The last one is killed, should it live. */
  startKubelet(): void {
    this.killKubelet()
    this.#kubelet = this.#start()
  }

  /** The guest is gone at once, what was not synced with it. QEMU goes on and holds its disks. */
  crash(): void {
    this.#endProcesses()
    this.machine.crash()
  }

  /** As the hypervisor's shutdown: everything is written out. */
  shutdown(): void {
    this.#endProcesses()
    this.machine.shutdown()
  }

  /** After `crash` or `shutdown`; a machine that runs stays as it is. */
  boot(): void {
    if (this.machine.running) return
    this.machine.boot()
    this.#containers = this.#startContainers(this.runtime)
    this.#kubelet = this.#start()
  }

  /** Kubelet and containers fall silent; the machine stays as it is. */
  stop(): void {
    this.#kubelet.kubelet.stop()
    for (const { id } of this.runtime.containers()) this.runtime.kill(id)
  }

  #endProcesses(): void {
    this.killKubelet()
    this.#containers.process.kill()
  }

  #startContainers(before?: ContainerRuntime): { readonly runtime: ContainerRuntime; readonly process: HostedProcess } {
    const { images, inCluster } = this.#options
    const process = this.#process('containerd')
    return { process, runtime: new ContainerRuntime({ machine: this.name, effects: inCluster(process.effects), images, shell: runContainer, execute, log: silentLog }, before) }
  }

  #start(): { readonly kubelet: Kubelet; readonly process: HostedProcess } {
    const { node, api } = this.#options
    const process = this.#process('kubelet')
    return { process, kubelet: createKubelet({ node, api, effects: process.effects, runtime: this.runtime }) }
  }

  /** Each start has a name of its own, and with it chance of its own: no two containers of a machine share an id. */
  #process(kind: string): HostedProcess {
    const { files, programs } = this.machine
    const start = this.#starts++
    return this.#options.processes.process(`${kind}@${this.name}${start < 2 ? '' : `/${start}`}`, { files, programs }, { machine: this.name })
  }
}
