/** ListVolumes: every disk of ours, and the nodes that have it. */
import { formatVolumeHandle, parseDiskName, volidOf, type VolumeHandle } from '@stowage/core'
import { parseVolid, type StoredVolume } from '@stowage/proxmox'
import type { ListedVolume } from '../../volume/backend.ts'
import type { NodeDirectory } from '../../node-directory.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { holds } from './fence.ts'
import { findVm } from './find-vm.ts'
import { topologyOf } from './places.ts'
import { referencesTo, type ScannedVm } from './scan.ts'

export async function listDisks(clusters: readonly ProxmoxCluster[], directory: NodeDirectory | undefined): Promise<readonly ListedVolume[]> {
  const all = await Promise.all(clusters.map((cluster) => disksOf(cluster, directory)))
  return all.flat().sort((left, right) => (left.volume.id < right.volume.id ? -1 : left.volume.id > right.volume.id ? 1 : 0))
}

async function disksOf(cluster: ProxmoxCluster, directory: NodeDirectory | undefined): Promise<readonly ListedVolume[]> {
  const { vms } = await cluster.scan.fresh('*')
  const names = await nodeNames(cluster, directory, vms)
  const listed = await ownDisks(cluster)
  const near = grouped(vms)
  return listed.map(({ handle, disk: { size } }) => {
    const holders = referencesTo(volidOf(handle), handle.zone === '' ? vms : (near.get(handle.zone) ?? [])).filter(holds)
    const publishedOn = [...new Set(holders.flatMap(({ vm }) => names.get(vm.vmid) ?? vm.name ?? []))]
    const topologies = [topologyOf(handle.region, handle.zone === '' ? undefined : handle.zone)]
    return { volume: { id: formatVolumeHandle(handle), size, context: {}, topologies }, publishedOn }
  })
}

/** By Proxmox node: only VMs of its own node can hold a local disk. */
function grouped(vms: readonly ScannedVm[]): ReadonlyMap<string, readonly ScannedVm[]> {
  const byNode = new Map<string, ScannedVm[]>()
  for (const vm of vms) {
    const there = byNode.get(vm.node)
    if (there === undefined) byNode.set(vm.node, [vm])
    else there.push(vm)
  }
  return byNode
}

async function nodeNames({ region }: ProxmoxCluster, directory: NodeDirectory | undefined, vms: readonly ScannedVm[]): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>()
  for (const facts of (await directory?.list()) ?? []) {
    const vm = findVm({ nodeId: facts.name, facts, region }, vms)
    if (vm !== undefined) names.set(vm.vmid, facts.name)
  }
  return names
}

interface OwnDisk {
  readonly handle: VolumeHandle
  readonly disk: StoredVolume
}

async function ownDisks(cluster: ProxmoxCluster): Promise<readonly OwnDisk[]> {
  const { client, region, owner } = cluster
  const seenShared = new Set<string>()
  const found: OwnDisk[] = []
  for (const { node } of (await client.nodes()).filter(({ status }) => status !== 'offline')) {
    const storages = (await client.storages(node)).filter(({ content, active, enabled }) => content.includes('images') && active && enabled)
    for (const { storage, shared } of storages) {
      if (shared && seenShared.has(storage)) continue
      if (shared) seenShared.add(storage)
      for (const disk of await client.disks(node, storage, owner)) {
        const volume = parseVolid(disk.volid)?.volume
        if (volume === undefined || parseDiskName(volume)?.owner !== owner) continue
        found.push({ handle: { region, zone: shared ? '' : node, storage, disk: volume }, disk })
      }
    }
  }
  return found
}
