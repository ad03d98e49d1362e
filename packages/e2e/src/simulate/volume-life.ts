/** One volume from claim to deletion, moving between nodes, with what must be true after each answer. */
import { parseVolumeHandle, volidOf } from '@stowage/core'
import { FileFailure, rpcCode } from '@stowage/effects'
import type { VolumeView } from '@stowage/lab/proxmox/world'
import type { Encodable, RequestOf, ResponseOf } from '@stowage/wire/csi'
import type { Operator } from './operator.ts'
import { GiB, region, type SiteNode } from './site.ts'
import { Violation } from './violations.ts'

const writer = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const

const createMethod = '/csi.v1.Controller/CreateVolume'
/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, UNAVAILABLE: the call may still be under way (external-provisioner's isFinalError). */
const notFinal: ReadonlySet<number> = new Set([rpcCode.CANCELLED, rpcCode.DEADLINE_EXCEEDED, rpcCode.ABORTED, rpcCode.UNAVAILABLE])

interface Home {
  readonly storage: string
  /** The Proxmox node; undefined where all have it. */
  readonly zone: string | undefined
}

const homes: readonly Home[] = [
  { storage: 'local-zfs', zone: 'pve1' },
  { storage: 'local-lvm', zone: 'pve1' },
  { storage: 'local', zone: 'pve1' },
  { storage: 'nas', zone: undefined },
  { storage: 'local-zfs', zone: 'pve2' },
]

export class VolumeLife {
  private readonly operator: Operator
  private readonly name: string
  private readonly home: Home
  private volumeId = ''
  private context: Readonly<Record<string, string>> = {}
  private gib = 1
  /** What was written and synced to it; undefined as long as nothing was. */
  private data: string | undefined

  constructor(operator: Operator, name: string) {
    this.operator = operator
    this.name = name
    this.home = operator.random.pick(homes)
  }

  async run(): Promise<void> {
    await this.create()
    const stays = 1 + this.operator.random.integer(3)
    for (let stay = 0; stay < stays; stay++) await this.stayOn(this.operator.random.pick(this.possibleNodes()))
    await this.operator.control('/csi.v1.Controller/DeleteVolume', { volumeId: this.volumeId })
    if (this.seen() !== undefined) throw untrue(`DeleteVolume of ${this.volumeId}, and it is still there`)
  }

  private possibleNodes(): readonly SiteNode[] {
    const { zone } = parseVolumeHandle(this.volumeId)
    return this.operator.site.nodes.filter(({ on }) => zone === '' || on === zone)
  }

  private async create(): Promise<void> {
    const { random } = this.operator
    const zone = this.home.zone ?? random.pick(['pve1', 'pve2'])
    const answer = (random.next() < 0.3 ? await this.createElsewhere(zone === 'pve1' ? 'pve2' : 'pve1') : undefined) ?? (await this.operator.control(createMethod, this.creation(zone)))
    const volume = answer?.volume
    if (volume === undefined) throw untrue(`CreateVolume of ${this.name} without a volume`)
    this.volumeId = volume.volumeId
    this.context = volume.volumeContext
    const size = this.seen()?.size ?? 0
    if (size < this.gib * GiB || size !== volume.capacityBytes) throw untrue(`CreateVolume of ${this.volumeId} with ${volume.capacityBytes} bytes, and the disk has ${size}`)
  }

  /**
   * The scheduler had chosen another node first. As external-provisioner does, it may choose anew only after a final error: as long as nobody knows
   * what became of the call, the same is asked again.
   */
  private async createElsewhere(zone: string): Promise<ResponseOf<typeof createMethod> | undefined> {
    for (let attempt = 0; attempt < 10; attempt++) {
      const { code, value } = await this.operator.controlOnce(createMethod, this.creation(zone))
      if (value !== undefined) return value
      if (!notFinal.has(code)) break
      await this.operator.clock.sleep(this.operator.random.integer(3_000))
      if (attempt === 9) return this.operator.control(createMethod, this.creation(zone))
    }
    this.operator.givenUp.add(`${zone} ${this.home.storage}:vm-9999-${this.name}`)
    return undefined
  }

  private creation(zone: string): Encodable<RequestOf<typeof createMethod>> {
    const segments = { 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': zone }
    return {
      name: this.name,
      capacityRange: { requiredBytes: this.gib * GiB },
      volumeCapabilities: [writer],
      parameters: { storage: this.home.storage },
      accessibilityRequirements: { preferred: [{ segments }], requisite: [{ segments }] },
    }
  }

  /** Attached, mounted, written to, and taken away again, unless the mind is changed half-way. */
  private async stayOn(node: SiteNode): Promise<void> {
    const publishContext = await this.publish(node)
    if (publishContext !== undefined) await this.use(node, publishContext)
    await this.detach(node)
  }

  private async detach(node: SiteNode): Promise<void> {
    await this.operator.control('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId: this.volumeId, nodeId: node.name })
    this.operator.attachments.answeredDetached(this.volumeId, node.vmid)
    const vm = this.vmOf(node)
    const named = [...vm.config, ...vm.pending].find(([key, value]) => /^scsi\d+$/.test(key) && value.split(',')[0] === this.volid)
    if (this.slotIn(node) !== undefined || named !== undefined) throw untrue(`ControllerUnpublishVolume of ${this.volumeId} from ${node.name}, and the VM still has it`)
  }

  /** A caller with an old view asks for it elsewhere, and takes that back. It may be refused or not; it must never be in two. */
  private async strayAttachment(node: SiteNode): Promise<void> {
    const others = this.possibleNodes().filter((other) => other !== node)
    if (others.length === 0 || this.operator.random.next() > 0.25) return
    const other = this.operator.random.pick(others)
    this.operator.attachments.ask(this.volumeId, other.vmid)
    const request = { volumeId: this.volumeId, nodeId: other.name, volumeCapability: writer, volumeContext: this.context }
    await this.operator.control('/csi.v1.Controller/ControllerPublishVolume', request, { attempts: 1 })
    await this.detach(other)
  }

  private async publish(node: SiteNode): Promise<Readonly<Record<string, string>> | undefined> {
    const { random } = this.operator
    const attempts = random.next() < 0.4 ? { attempts: 1 + random.integer(2) } : {}
    const request = { volumeId: this.volumeId, nodeId: node.name, volumeCapability: writer, volumeContext: this.context }
    this.operator.attachments.ask(this.volumeId, node.vmid)
    const answer = await this.operator.control('/csi.v1.Controller/ControllerPublishVolume', request, attempts)
    if (answer === undefined) return undefined
    const slot = this.slotIn(node)
    if (slot === undefined || slot !== answer.publishContext['slot']) throw untrue(`ControllerPublishVolume of ${this.volumeId} to ${node.name} in ${answer.publishContext['slot']}, and QEMU has it in ${slot}`)
    return answer.publishContext
  }

  private async use(node: SiteNode, publishContext: Readonly<Record<string, string>>): Promise<void> {
    const boots = this.operator.bootsOf(node)
    const stagingTargetPath = `/var/lib/kubelet/plugins/kubernetes.io/csi/proxmox.csi.stowage.dev/${this.name}/globalmount`
    const targetPath = `/var/lib/kubelet/pods/${this.name}/volumes/kubernetes.io~csi/${this.name}/mount`
    const common = { volumeId: this.volumeId, volumeCapability: writer, publishContext, volumeContext: this.context, stagingTargetPath }
    const { operator } = this
    const staged = await operator.onNode(node, boots, '/csi.v1.Node/NodeStageVolume', common)
    if (staged !== undefined) {
      if (!this.isMounted(node)) throw untrue(`NodeStageVolume of ${this.volumeId} on ${node.name}, and nothing is mounted`)
      const published = await operator.onNode(node, boots, '/csi.v1.Node/NodePublishVolume', { ...common, targetPath })
      if (published !== undefined) await this.work(node, boots, targetPath)
      await this.triedDeletion()
      await this.strayAttachment(node)
      await operator.clock.sleep(operator.random.integer(8_000))
      await operator.onNode(node, boots, '/csi.v1.Node/NodeUnpublishVolume', { volumeId: this.volumeId, targetPath })
    }
    const unstaged = await operator.onNode(node, boots, '/csi.v1.Node/NodeUnstageVolume', { volumeId: this.volumeId, stagingTargetPath })
    if (unstaged !== undefined && this.isMounted(node)) throw untrue(`NodeUnstageVolume of ${this.volumeId} on ${node.name}, and it is still mounted`)
  }

  private async work(node: SiteNode, boots: number, targetPath: string): Promise<void> {
    const { files } = node.kubelet.effects
    const file = `${targetPath}/data`
    try {
      if (this.data !== undefined) {
        const found = (await files.stat(file)) === undefined ? undefined : await files.readText(file)
        if (found !== this.data && this.operator.bootsOf(node) === boots) throw new Violation('data lost', `${this.volumeId} on ${node.name}: ${JSON.stringify(this.data)} was written to it, and it holds ${JSON.stringify(found)}`)
      } else {
        const text = `the data of ${this.name}`
        await files.writeAtomic(file, text)
        if (this.operator.bootsOf(node) === boots) this.data = text
      }
    } catch (error) {
      // A machine that was reset, or a disk that cannot be read just now, says nothing of what it holds.
      if (!(error instanceof FileFailure)) throw error
      return
    }
    if (this.operator.random.next() < 0.4) await this.expand(node, boots, targetPath)
  }

  private async expand(node: SiteNode, boots: number, volumePath: string): Promise<void> {
    this.gib += 1
    const capacityRange = { requiredBytes: this.gib * GiB }
    const answer = await this.operator.control('/csi.v1.Controller/ControllerExpandVolume', { volumeId: this.volumeId, capacityRange, volumeCapability: writer })
    const size = this.seen()?.size ?? 0
    if (size < this.gib * GiB || size !== answer?.capacityBytes) throw untrue(`ControllerExpandVolume of ${this.volumeId} to ${answer?.capacityBytes} bytes, and the disk has ${size}`)
    await this.operator.onNode(node, boots, '/csi.v1.Node/NodeExpandVolume', { volumeId: this.volumeId, volumePath, capacityRange, volumeCapability: writer })
  }

  /** Somebody deletes what is in use: it has to be refused. */
  private async triedDeletion(): Promise<void> {
    if (this.operator.random.next() > 0.15) return
    await this.operator.control('/csi.v1.Controller/DeleteVolume', { volumeId: this.volumeId }, { attempts: 1 })
    if (this.seen() === undefined) throw new Violation('attached disk deleted', `${this.volumeId} was deleted while it was in use`)
  }

  private get volid(): string {
    return volidOf(parseVolumeHandle(this.volumeId))
  }

  private seen(): VolumeView | undefined {
    const { zone } = parseVolumeHandle(this.volumeId)
    return this.operator.site.proxmox.world.volumes().find(({ volid, node }) => volid === this.volid && (node ?? '') === zone)
  }

  private vmOf({ vmid }: SiteNode): NonNullable<ReturnType<Operator['site']['proxmox']['world']['vm']>> {
    const vm = this.operator.site.proxmox.world.vm(vmid)
    if (vm === undefined) throw new Error(`VM ${vmid} is gone`)
    return vm
  }

  /** Where QEMU has it, or, of a VM that is off just now, where it will have it. */
  private slotIn(node: SiteNode): string | undefined {
    const disk = this.seen()?.disk
    const { running, plugged, config } = this.vmOf(node)
    if (!running) return [...config].find(([key, value]) => /^scsi\d+$/.test(key) && value.split(',')[0] === this.volid)?.[0]
    return [...plugged].find(([, device]) => device.disk === disk)?.[0]
  }

  private isMounted({ machine }: SiteNode): boolean {
    const disk = this.seen()?.disk
    return machine.disksInUse().some((used) => used.disk === disk)
  }
}

function untrue(what: string): Violation {
  return new Violation('answered before it was true', `success was answered to ${what}`)
}
