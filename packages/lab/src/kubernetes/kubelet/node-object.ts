/** The Node object that a kubelet keeps: registered once, its lease renewed, its condition told. */
import type { NodeCondition, Taint } from 'kubernetes-types/core/v1'
import type { Cancel, Clock } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import { ApiStatusError } from '../api/api.ts'
import type { Lease, Node } from '../controllers/objects.ts'
import { change, changeStatus, microTimestamp, sameJson, timestamp, withLabels } from '../controllers/write.ts'

export interface NodeConfig {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  /** `proxmox://cluster/vmid`, as a cloud controller writes it. */
  readonly providerId?: string
  /** /sys/class/dmi/id/product_uuid. */
  readonly systemUuid: string
  /** Default 10.250.0.1. */
  readonly address?: string
  /** The first three numbers of its pods' addresses; default `10.244.0`. */
  readonly podNetwork?: string
  /** Default 4 CPUs, 8 GiB, 110 pods. */
  readonly capacity?: Readonly<Record<string, string>>
}

const leaseSeconds = 40
const renewMs = 10_000
const defaultCapacity = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '32Gi' }

export function registerNode(api: Api, clock: Clock, config: NodeConfig): void {
  const labels = { 'kubernetes.io/hostname': config.name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'amd64', ...config.labels }
  const spec = { ...(config.providerId === undefined ? {} : { providerID: config.providerId }), ...(config.taints === undefined ? {} : { taints: [...config.taints] }) }
  try {
    api.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: config.name, labels }, ...{ spec } })
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.reason !== 'AlreadyExists') throw error
    const node = api.get<Node>('nodes', config.name)
    if (node !== undefined) change<Node>(api, 'nodes', node, (current) => (sameJson({ ...current.metadata.labels, ...labels }, current.metadata.labels) ? undefined : withLabels(current, labels)))
  }
  reportNode(api, clock, config, true)
}

/** Writes what is constant of the status, and the conditions. */
export function reportNode(api: Api, clock: Clock, config: NodeConfig, ready: boolean): void {
  const node = api.get<Node>('nodes', config.name)
  if (node === undefined) return
  const capacity = { ...defaultCapacity, ...config.capacity }
  changeStatus<Node>(api, 'nodes', node, (current) => ({
    ...current.status,
    capacity,
    allocatable: capacity,
    addresses: [{ type: 'InternalIP', address: addressOf(config) }, { type: 'Hostname', address: config.name }],
    conditions: conditions(ready, current.status?.conditions ?? [], timestamp(clock)),
    nodeInfo: {
      architecture: 'amd64', operatingSystem: 'linux', osImage: 'Debian GNU/Linux 12 (bookworm)', kernelVersion: '6.1.0-amd64', kubeletVersion: 'v1.36.3', kubeProxyVersion: '',
      containerRuntimeVersion: 'lab://1.0.0', machineID: config.systemUuid.replaceAll('-', ''), systemUUID: config.systemUuid, bootID: config.systemUuid,
    },
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
  }))
}

export function addressOf(config: NodeConfig): string {
  return config.address ?? '10.250.0.1'
}

function conditions(ready: boolean, old: readonly NodeCondition[], now: string): NodeCondition[] {
  const quiet = (type: string, reason: string, message: string): NodeCondition => ({ type, status: 'False', reason, message })
  const wanted: NodeCondition[] = [
    quiet('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    quiet('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    quiet('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    ready
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'node is shutting down' },
  ]
  return wanted.map((each) => {
    const before = old.find(({ type }) => type === each.type)
    const same = before?.status === each.status
    return { ...each, lastHeartbeatTime: same ? (before?.lastHeartbeatTime ?? now) : now, lastTransitionTime: same ? (before?.lastTransitionTime ?? now) : now }
  })
}

/** Renews the node's lease every ten seconds, and says that it is ready again when somebody wrote that it is not. */
export function keepLease(api: Api, clock: Clock, config: NodeConfig): Cancel {
  const renew = (): void => {
    const node = api.get<Node>('nodes', config.name)
    if (node === undefined) return
    if (node.status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') reportNode(api, clock, config, true)
    const spec = { holderIdentity: config.name, leaseDurationSeconds: leaseSeconds, renewTime: microTimestamp(clock) }
    const lease = api.get<Lease>('leases.coordination.k8s.io', config.name, 'kube-node-lease')
    if (lease !== undefined) return void api.update('leases.coordination.k8s.io', { ...lease, ...{ spec } })
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: config.name, uid: node.metadata.uid }]
    try {
      api.create('leases.coordination.k8s.io', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: config.name, namespace: 'kube-node-lease', ownerReferences }, ...{ spec } })
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error
    }
  }
  renew()
  let cancel = clock.after(renewMs, function again() {
    renew()
    cancel = clock.after(renewMs, again)
  })
  return () => cancel()
}
