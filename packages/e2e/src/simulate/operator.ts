/** What Kubernetes does around a driver, as far as one schedule needs it: calls, asks again, changes its mind, restarts processes. */
import type { SeededRandom, VirtualProcess } from '@stowage/effects/virtual'
import type { Encodable, Method, RequestOf, ResponseOf } from '@stowage/wire/csi'
import { Attachments } from './attachments.ts'
import { callDriver, type Outcome } from './calls.ts'
import { ClusterFacts, controllerSocket, nodeSocket, startController, startNodeDriver, type Controller } from './driver-processes.ts'
import type { Sabotage } from './sabotage.ts'
import { asAdministrator, type Site, type SiteNode } from './site.ts'

/** Milliseconds that a caller waits; short ones so that deadlines pass while Proxmox works. */
const patience = [1_000, 3_000, 10_000, 60_000] as const

export interface RetryOptions {
  /** Give up after so many failures; default never. */
  readonly attempts?: number
}

export class Operator {
  readonly site: Site
  readonly random: SeededRandom
  /** How often each machine has booted. */
  readonly boots = new Map<string, number>()
  readonly facts = new ClusterFacts()
  controller: Controller | undefined
  /** Where volumes may be now: from the first call that attaches until a detach was answered with success. */
  readonly attachments = new Attachments()
  /** `pve1 local-zfs:vm-9999-x`: where a volume was asked for before the scheduler chose another node. */
  readonly givenUp = new Set<string>()
  private readonly nodeDrivers = new Map<string, VirtualProcess>()
  private readonly sabotage: Sabotage | undefined
  private started = 0

  constructor(site: Site, sabotage: Sabotage | undefined) {
    this.site = site
    this.sabotage = sabotage
    this.random = site.world.random('operator')
  }

  get clock(): VirtualProcess['effects']['clock'] {
    return this.site.caller.effects.clock
  }

  async start(): Promise<void> {
    await this.restartController()
    for (const node of this.site.nodes) await this.restartNodeDriver(node)
  }

  async restartController(): Promise<void> {
    this.controller?.process.kill()
    await this.clock.sleep(this.random.integer(2_000))
    this.controller = await startController(this.site, `controller-${++this.started}`, this.facts, this.sabotage)
  }

  async restartNodeDriver(node: SiteNode): Promise<void> {
    this.nodeDrivers.get(node.name)?.kill()
    await this.clock.sleep(this.random.integer(2_000))
    if (node.machine.running) this.nodeDrivers.set(node.name, await startNodeDriver(this.site, node, `driver-${node.name}-${++this.started}`, this.facts))
  }

  /** Whatever ran on it is gone. */
  machineStops(node: SiteNode): void {
    this.nodeDrivers.get(node.name)?.kill()
    this.boots.set(node.name, this.bootsOf(node) + 1)
  }

  /** Power off without a word, and on again. */
  async resetMachine(node: SiteNode): Promise<void> {
    this.machineStops(node)
    node.machine.crash()
    await this.clock.sleep(5_000 + this.random.integer(20_000))
    node.machine.boot()
    await this.restartNodeDriver(node)
  }

  /** As a DaemonSet does. */
  machineStarted(node: SiteNode): void {
    void this.restartNodeDriver(node)
  }

  /** Through Proxmox: what is pending takes effect. A start that fails is tried again by the administrator. */
  async rebootVm(node: SiteNode): Promise<void> {
    const ask = async (what: 'reboot' | 'start'): Promise<void> => {
      const upid = await asAdministrator(this.site, node.on, `/nodes/${node.on}/qemu/${node.vmid}/status/${what}`)
      await this.site.proxmox.world.tasks.find((task) => task.upid === upid)?.ended
      await this.clock.sleep(5_000)
    }
    await ask('reboot')
    while (this.site.proxmox.world.vm(node.vmid)?.running === false) await ask('start')
  }

  bootsOf(node: SiteNode): number {
    return this.boots.get(node.name) ?? 0
  }

  /** Calls the controller until it answers OK, or `attempts` times. undefined: gave up. */
  control<M extends Method>(method: M, request: Encodable<RequestOf<M>>, options: RetryOptions = {}): Promise<ResponseOf<M> | undefined> {
    return this.retry(method, () => this.controlOnce(method, request), options)
  }

  /** One call of the controller, whatever comes of it. */
  controlOnce<M extends Method>(method: M, request: Encodable<RequestOf<M>>): Promise<Outcome<ResponseOf<M>>> {
    return callDriver(this.site.caller, controllerSocket, method, request, this.random.pick(patience))
  }

  /** Calls a node's driver; stops when the machine was reset since `boots`. */
  onNode<M extends Method>(node: SiteNode, boots: number, method: M, request: Encodable<RequestOf<M>>, options: RetryOptions = {}): Promise<ResponseOf<M> | undefined> {
    const isGone = (): boolean => this.bootsOf(node) !== boots
    return this.retry(method, () => callDriver(node.kubelet, nodeSocket, method, request, this.random.pick(patience)), options, isGone)
  }

  private async retry<T>(what: string, call: () => Promise<Outcome<T>>, { attempts = Infinity }: RetryOptions, isGone = () => false): Promise<T | undefined> {
    for (let attempt = 1; !isGone(); attempt++) {
      const { code, message, value } = await call()
      if (value !== undefined) return isGone() ? undefined : value
      this.site.world.note('refused', `${what}: ${code} ${message}`, 'operator')
      if (attempt >= attempts) return undefined
      await this.clock.sleep(300 + this.random.integer(4_000))
    }
    return undefined
  }
}
