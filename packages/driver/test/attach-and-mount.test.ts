/** Both sides of the driver, the lab's Proxmox and its machines, without a Kubernetes: what the controller promises is what the node finds. */
import { silentLog } from '@stowage/core'
import { VirtualWorld } from '@stowage/effects/virtual'
import { createMachine } from '@stowage/lab/machines/machine'
import { createProxmox } from '@stowage/lab/proxmox/proxmox'
import { fixedConnection } from '@stowage/proxmox'
import type { Encodable, Method, RequestOf, ResponseOf } from '@stowage/wire/csi'
import { decode, encode, methods } from '@stowage/wire/csi'
import { expect, test } from 'vitest'
import { openCluster } from '../src/backends/proxmox/open-cluster.ts'
import { proxmoxBackend } from '../src/backends/proxmox/backend.ts'
import { nodeHandlers, proxmoxNode } from '../src/node/index.ts'
import type { Handlers } from '../src/rpc/handlers.ts'
import { controllerHandlers } from '../src/volume/controller-service.ts'
import { VolumeLocks } from '../src/volume/locks.ts'
import { SharedFacts } from './node-rig.ts'

const GiB = 1024 ** 3
const secret = '11111111-1111-4111-8111-111111111111'
const staging = '/var/lib/kubelet/plugins/kubernetes.io/csi/proxmox.csi.stowage.dev/1/globalmount'
const target = '/var/lib/kubelet/pods/p1/volumes/kubernetes.io~csi/pvc-1/mount'
const vms = [
  { vmid: 101, name: 'k1', node: 'pve1', disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] },
  { vmid: 102, name: 'k2', node: 'pve1', disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] },
]

async function inCluster(scenario: (cluster: { controller: Caller; on: (name: 'k1' | 'k2') => { node: Caller; files: ReturnType<typeof createMachine>['files'] } }) => Promise<void>): Promise<void> {
  const world = new VirtualWorld({ seed: 3 })
  const { effects } = world.process('proxmox')
  const proxmox = createProxmox({
    clock: effects.clock,
    random: effects.random,
    nodes: ['pve1'],
    storages: [{ storage: 'local-zfs', type: 'zfspool', sizeBytes: 100 * GiB }],
    vms,
    access: {
      users: [{ userid: 'csi@pve', tokens: [{ tokenid: 'stowage', secret, privsep: false }] }],
      roles: { CSI: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit'] },
      acl: [{ path: '/', ugid: 'csi@pve', roleid: 'CSI' }],
    },
  })
  world.route('https://pve1:8006', proxmox.handler('pve1'))
  await world.run(async () => {
    const facts = new SharedFacts()
    const driver = world.process('controller').effects
    const source = fixedConnection({ endpoints: ['https://pve1:8006'], tokenId: 'csi@pve!stowage', tokenSecret: secret })
    const cluster = openCluster({ name: 'pve', region: 'home', source }, driver, silentLog, new AbortController().signal)
    const backend = proxmoxBackend({ clusters: [cluster], isFormatted: (id) => facts.isFormatted(id) })
    const nodes = new Map<string, { node: Caller; files: ReturnType<typeof createMachine>['files'] }>()
    for (const { vmid, name } of vms) {
      const machine = createMachine({ name, clock: effects.clock, random: effects.random, systemUuid: `00000000-0000-4000-8000-000000000${vmid}` })
      await proxmox.connect(vmid, machine.hardware)
      const own = world.process(`node-${name}`, { files: machine.files, programs: machine.programs }).effects
      const node = proxmoxNode({ host: own, log: silentLog, nodeId: name, stateDirectory: '/var/lib/kubelet/plugins/x', place: { region: 'home', zone: 'pve1' }, formattedFacts: facts })
      nodes.set(name, { node: caller(nodeHandlers({ nodeId: name, backend: node, locks: new VolumeLocks(), log: silentLog })), files: machine.files })
    }
    const controller = caller(controllerHandlers({ backend, locks: new VolumeLocks(), log: silentLog }))
    await scenario({ controller, on: (name) => nodes.get(name)! })
  })
}

type Caller = <M extends Method>(method: M, request: Encodable<RequestOf<M>>) => Promise<ResponseOf<M>>

function caller(handlers: Handlers): Caller {
  return async (method, request) => {
    const { request: requestName, response: responseName } = methods[method]
    const decoded = decode(requestName, encode(requestName, request as never)) as RequestOf<typeof method>
    const answer = await handlers[method]!(decoded, { signal: new AbortController().signal })
    return decode(responseName, encode(responseName, answer as never)) as ResponseOf<typeof method>
  }
}

const writer = { mount: { fsType: 'ext4', mountFlags: ['noatime'] }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
const zone = { segments: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': 'pve1' } }

test('a volume is made, attached, formatted, written, moved, grown, found again, and deleted', () =>
  inCluster(async ({ controller, on }) => {
    const { volume } = await controller('/csi.v1.Controller/CreateVolume', {
      name: 'pvc-1', capacityRange: { requiredBytes: 20 * GiB }, volumeCapabilities: [writer], parameters: { storage: 'local-zfs', cache: 'writethrough', ssd: 'true' }, accessibilityRequirements: { preferred: [zone], requisite: [zone] },
    })
    const volumeId = volume?.volumeId ?? ''
    const volumeContext = volume?.volumeContext ?? {}
    const attachTo = async (nodeId: 'k1' | 'k2') => {
      const { publishContext } = await controller('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId, volumeCapability: writer, volumeContext })
      const common = { volumeId, volumeContext, publishContext, stagingTargetPath: staging, volumeCapability: writer }
      await on(nodeId).node('/csi.v1.Node/NodeStageVolume', common)
      await on(nodeId).node('/csi.v1.Node/NodePublishVolume', { ...common, targetPath: target })
      return publishContext
    }
    const detachFrom = async (nodeId: 'k1' | 'k2') => {
      await on(nodeId).node('/csi.v1.Node/NodeUnpublishVolume', { volumeId, targetPath: target })
      await on(nodeId).node('/csi.v1.Node/NodeUnstageVolume', { volumeId, stagingTargetPath: staging })
      await controller('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId })
    }
    const k1 = await attachTo('k1')
    expect(k1).toMatchObject({ format: 'allowed', size: `${20 * GiB}` })
    await on('k1').files.writeAtomic(`${target}/hello`, 'across VMs')
    await detachFrom('k1')
    expect(await attachTo('k2')).toMatchObject({ format: 'never', serial: k1['serial'] })
    expect(await on('k2').files.readText(`${target}/hello`)).toBe('across VMs')
    await controller('/csi.v1.Controller/ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 40 * GiB }, volumeCapability: writer })
    const { capacityBytes } = await on('k2').node('/csi.v1.Node/NodeExpandVolume', { volumeId, volumePath: target, capacityRange: { requiredBytes: 40 * GiB }, volumeCapability: writer })
    expect(capacityBytes).toBe(40 * GiB)
    expect((await on('k2').files.filesystem(target)).totalBytes).toBeGreaterThan(38 * GiB)
    await detachFrom('k2')
    await controller('/csi.v1.Controller/DeleteVolume', { volumeId })
  }))

test('a volume that is still mounted is not detached, and not attached elsewhere', () =>
  inCluster(async ({ controller, on }) => {
    const { volume } = await controller('/csi.v1.Controller/CreateVolume', { name: 'pvc-2', capacityRange: { requiredBytes: GiB }, volumeCapabilities: [writer], parameters: { storage: 'local-zfs' }, accessibilityRequirements: { preferred: [zone], requisite: [zone] } })
    const volumeId = volume?.volumeId ?? ''
    const volumeContext = volume?.volumeContext ?? {}
    const { publishContext } = await controller('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId: 'k1', volumeCapability: writer, volumeContext })
    await on('k1').node('/csi.v1.Node/NodeStageVolume', { volumeId, volumeContext, publishContext, stagingTargetPath: staging, volumeCapability: writer })
    await expect(controller('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId: 'k2', volumeCapability: writer, volumeContext })).rejects.toMatchObject({ kind: 'precondition' })
    await expect(controller('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId: 'k1' })).rejects.toThrow()
    await on('k1').files.writeAtomic(`${staging}/still`, 'here')
    expect(await on('k1').files.readText(`${staging}/still`)).toBe('here')
  }))
