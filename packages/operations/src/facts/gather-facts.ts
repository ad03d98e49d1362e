/** Facts of the living cluster and of Proxmox. What cannot be asked stays unknown, and is said. */
import { isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { Facts } from '@stowage/module'
import type { ProxmoxClient } from '@stowage/proxmox'
import type { Deployment } from 'kubernetes-types/apps/v1'
import type { ConfigMap, Node } from 'kubernetes-types/core/v1'
import { factsOfDiscovery, type RunningCeph } from './discovery-facts.ts'
import { factsOfNodes, type Seen } from './kubernetes-facts.ts'
import { factsOfSnapshotController } from './snapshot-controller.ts'
import { factsOfMachines, type VirtualMachine } from './proxmox-facts.ts'

export interface ProxmoxToAsk {
  /** As it is named in facts and notes. */
  readonly name: string
  readonly region: string
  readonly client: Pick<ProxmoxClient, 'vms' | 'vmConfig'>
}

export interface GatherOptions {
  /** Where Rook's operator runs: its discovery daemon writes there. Default: storage-system. */
  readonly namespace?: string
  /** Proxmox clusters whose VMs may be nodes. Default: none. */
  readonly proxmox?: readonly ProxmoxToAsk[]
  readonly signal?: AbortSignal
}

export interface GatheredFacts {
  readonly facts: Facts
  /** What could not be asked or understood, one sentence each. */
  readonly notes: readonly string[]
}

/** Throws only when the cluster cannot be reached at all. */
export async function gatherFacts(client: KubernetesClient, { namespace = 'storage-system', proxmox = [], signal }: GatherOptions = {}): Promise<GatheredFacts> {
  const call = signal === undefined ? {} : { signal }
  const { gitVersion } = await client.version(call)
  const seen: Seen = { source: { kind: 'cluster', name: client.server }, time: timeOf(client) }
  const nodes = await asked('the nodes', async () => (await client.list<Node>({ apiVersion: 'v1', kind: 'Node' }, {}, call)).items)
  const deployments = await asked('the snapshot controller', async () => (await client.list<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment' }, {}, call)).items)
  const maps = await asked('what Rook’s discovery wrote', async () => (await client.list<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace, labelSelector: 'app=rook-discover' }, call)).items)
  const ceph = await asked('the CephCluster', () => runningCeph(client, namespace, call))
  const discovered = factsOfDiscovery(maps.value ?? [], seen, ceph.value)
  const machines = await Promise.all(proxmox.map((one) => factsOfProxmox(one, nodes.value ?? [], timeOf(client))))
  const known = nodes.value === undefined ? [] : factsOfNodes(nodes.value, gitVersion, seen)
  const silent = maps.value !== undefined && maps.value.length === 0 ? [`Rook's discovery daemon has written nothing in ${namespace}: the devices of nodes are not known from there (operator chart: enableDiscoveryDaemon)`] : []
  return {
    facts: [...known, ...(deployments.value === undefined ? [] : factsOfSnapshotController(deployments.value, seen)), ...discovered.facts, ...machines.flatMap(({ facts }) => facts)],
    notes: [...nodes.notes, ...deployments.notes, ...maps.notes, ...ceph.notes, ...silent, ...discovered.notes, ...machines.flatMap(({ notes }) => notes)],
  }
}

interface CephCluster {
  readonly status?: { readonly ceph?: { readonly fsid?: string } }
}

/** undefined when there is none, or no such kind. */
async function runningCeph(client: KubernetesClient, namespace: string, call: { readonly signal?: AbortSignal }): Promise<RunningCeph | undefined> {
  try {
    const [cluster] = (await client.list<CephCluster>({ apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster' }, { namespace }, call)).items
    const fsid = cluster?.status?.ceph?.fsid
    return cluster === undefined ? undefined : fsid === undefined ? {} : { fsid }
  } catch (error) {
    if (isStorageError(error, 'not-found')) return undefined
    throw error
  }
}

async function factsOfProxmox({ name, region, client }: ProxmoxToAsk, nodes: readonly Node[], time: string): Promise<GatheredFacts> {
  const read = await asked(`the VMs of Proxmox ${name}`, async () => {
    const machines: VirtualMachine[] = []
    for (const vm of await client.vms()) {
      if (!vm.template) machines.push({ vmid: vm.vmid, ...(vm.name === undefined ? {} : { name: vm.name }), config: (await client.vmConfig(vm.node, vm.vmid)).values })
    }
    return machines
  })
  if (read.value === undefined) return { facts: [], notes: read.notes }
  return factsOfMachines(nodes, read.value, region, { source: { kind: 'proxmox', name }, time })
}

async function asked<T>(what: string, ask: () => Promise<T>): Promise<{ readonly value?: T; readonly notes: readonly string[] }> {
  try {
    return { value: await ask(), notes: [] }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { notes: [`${what} could not be asked for: ${error.message}`] }
  }
}

function timeOf({ clock }: KubernetesClient): string {
  return new Date(clock.now()).toISOString()
}
