/** A disk that is not ours and holds something that no tool knows: it may be attached, but never formatted and never deleted. */
import type { Operator } from './operator.ts'
import { token, type Site } from './site.ts'
import { Violation } from './violations.ts'

const volid = 'local-zfs:vm-777-disk-0'
const volumeId = `home/pve1/local-zfs/vm-777-disk-0`
const writer = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
/** Past everything that a probe reads, as the middle of a database would be. */
const contents = new TextEncoder().encode('what somebody else keeps here')
const offset = 300 * 1024 * 1024

/** Before the trouble begins. */
export async function makeForeignDisk({ caller, proxmox }: Site): Promise<void> {
  const answer = await caller.effects.http.request({
    method: 'POST',
    url: 'https://pve1:8006/api2/json/nodes/pve1/storage/local-zfs/content',
    headers: { authorization: `PVEAPIToken=${token.tokenId}=${token.tokenSecret}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'vmid=777&filename=vm-777-disk-0&size=1G',
  })
  if (answer.status !== 200) throw new Error(`the foreign disk was not made: ${answer.status} ${answer.reason}`)
  proxmox.world.volumes().find((volume) => volume.volid === volid)?.disk.write(offset, contents)
}

/** A static PersistentVolume names it by mistake. */
export async function misuseForeignDisk(operator: Operator): Promise<void> {
  const node = operator.random.pick(operator.site.nodes.filter(({ on }) => on === 'pve1'))
  const common = { volumeId, volumeCapability: writer, volumeContext: {} }
  operator.attachments.ask(volumeId, node.vmid)
  const published = await operator.control('/csi.v1.Controller/ControllerPublishVolume', { ...common, nodeId: node.name }, { attempts: 6 })
  const stagingTargetPath = '/var/lib/kubelet/plugins/kubernetes.io/csi/proxmox.csi.stowage.dev/foreign/globalmount'
  const boots = operator.bootsOf(node)
  if (published !== undefined) {
    await operator.onNode(node, boots, '/csi.v1.Node/NodeStageVolume', { ...common, publishContext: published.publishContext, stagingTargetPath }, { attempts: 3 })
    await operator.onNode(node, boots, '/csi.v1.Node/NodeUnstageVolume', { volumeId, stagingTargetPath })
  }
  await operator.control('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId: node.name })
  operator.attachments.answeredDetached(volumeId, node.vmid)
  await operator.control('/csi.v1.Controller/DeleteVolume', { volumeId }, { attempts: 2 })
  checkForeignDisk(operator.site)
}

export function checkForeignDisk({ proxmox }: Site): void {
  const disk = proxmox.world.volumes().find((volume) => volume.volid === volid)?.disk
  if (disk === undefined) throw new Violation('foreign disk deleted', volid)
  const found = disk.read(offset, contents.length)
  const wrote = disk.allocated !== 64 * 1024 || Buffer.compare(found, contents) !== 0
  if (wrote) throw new Violation('foreign disk written', `${volid} was blank to every probe, and something was written to it`)
}
