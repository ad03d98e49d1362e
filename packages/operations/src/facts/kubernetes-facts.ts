/** What a cluster's API says of its nodes. */
import { Size } from '@stowage/core'
import type { Fact, Facts } from '@stowage/module'
import { topologyLevels } from '@stowage/module/spec/schema/facts'
import type { Node } from 'kubernetes-types/core/v1'

export type Seen = Pick<Fact, 'source' | 'time'>

/** The name by which Rook knows a node: its hostname label. */
export function hostnameOf({ metadata }: Node): string {
  return metadata?.labels?.['kubernetes.io/hostname'] ?? metadata?.name ?? ''
}

export function factsOfNodes(nodes: readonly Node[], gitVersion: string | undefined, seen: Seen): Facts {
  const cluster = {
    version: gitVersion,
    distribution: distributionOf(nodes, gitVersion),
    nodes: nodes.length === 0 ? undefined : nodes.map(hostnameOf).toSorted().join(','),
    schedulableNodes: nodes.filter(isSchedulable).length,
  }
  return [...factsOf('cluster', cluster, seen), ...nodes.toSorted((a, b) => (hostnameOf(a) < hostnameOf(b) ? -1 : 1)).flatMap((node) => factsOf(`node/${hostnameOf(node)}`, nodeProperties(node), seen))]
}

export function factsOf(object: string, properties: Readonly<Record<string, Fact['value'] | undefined>>, seen: Seen): Facts {
  return Object.entries(properties).flatMap(([property, value]) => (value === undefined ? [] : [{ object, property, value, ...seen }]))
}

function nodeProperties(node: Node): Readonly<Record<string, Fact['value'] | undefined>> {
  const { metadata, status } = node
  const labels = metadata?.labels ?? {}
  const roles = Object.keys(labels).flatMap((label) => (label.startsWith('node-role.kubernetes.io/') ? [label.slice('node-role.kubernetes.io/'.length)] : []))
  const memory = status?.allocatable?.['memory'] ?? status?.capacity?.['memory']
  const cpu = status?.allocatable?.['cpu'] ?? status?.capacity?.['cpu']
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  return {
    schedulable: isSchedulable(node),
    ready: ready === undefined || ready === 'Unknown' ? undefined : ready === 'True',
    roles: roles.length === 0 ? undefined : roles.toSorted().join(','),
    memory: amount(memory),
    cpu: cpu === undefined ? undefined : coresOf(cpu),
    kernel: status?.nodeInfo?.kernelVersion,
    os: status?.nodeInfo?.osImage,
    // A label that is not there is known not to be there.
    ...Object.fromEntries(topologyLevels.map((level) => [level, labels[topologyLabel(level)] ?? ''])),
  }
}

/** Rook reads region and zone from Kubernetes' labels, the levels between zone and host from its own (rook, topology.go). */
function topologyLabel(level: (typeof topologyLevels)[number]): string {
  return level === 'region' || level === 'zone' ? `topology.kubernetes.io/${level}` : `topology.rook.io/${level}`
}

/** Taints that Kubernetes itself sets for a state, a cordon among them, will go again. */
function isSchedulable({ spec }: Node): boolean {
  return (spec?.taints ?? []).every(({ key, effect }) => key.startsWith('node.kubernetes.io/') || (effect !== 'NoSchedule' && effect !== 'NoExecute'))
}

function amount(quantity: string | undefined): number | undefined {
  const size = quantity === undefined ? undefined : Size.tryParse(quantity)
  return size === undefined ? undefined : Number(size.bytes)
}

function coresOf(quantity: string): number | undefined {
  const cores = quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity)
  return Number.isFinite(cores) ? cores : undefined
}

function distributionOf(nodes: readonly Node[], gitVersion = ''): string | undefined {
  if (gitVersion.includes('+k3s')) return 'k3s'
  if (gitVersion.includes('+rke2')) return 'rke2'
  if (gitVersion.includes('+k0s')) return 'k0s'
  if (nodes.some(({ metadata }) => metadata?.labels?.['microk8s.io/cluster'] !== undefined)) return 'microk8s'
  return nodes.some(({ status }) => status?.nodeInfo?.osImage?.startsWith('Talos')) ? 'talos' : undefined
}
