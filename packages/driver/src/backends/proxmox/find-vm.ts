/** The VM that is a Kubernetes node: by SMBIOS UUID, by providerID, by annotation, by name, in this order. */
import { StorageError } from '@stowage/core'
import type { NodeDirectory, NodeFacts } from '../../node-directory.ts'
import type { ProxmoxCluster } from './cluster.ts'
import type { Scan, ScannedVm } from './scan.ts'

/** What names a VM: everything that is known of the node. */
export interface NodeClues {
  readonly nodeId: string
  readonly facts: NodeFacts | undefined
  readonly region: string
}

export const vmidAnnotation = 'stowage.dev/proxmox-vmid'

export async function cluesOf(directory: NodeDirectory | undefined, region: string, nodeId: string): Promise<NodeClues> {
  return { nodeId, facts: await directory?.find(nodeId), region }
}

/** undefined when none of these VMs is the node. Throws `precondition` when two are. */
export function findVm({ nodeId, facts, region }: NodeClues, vms: readonly ScannedVm[]): ScannedVm | undefined {
  const candidates = vms.filter(({ template }) => !template)
  const ways: readonly (readonly [string, (vm: ScannedVm) => boolean])[] = [
    ['SMBIOS UUID', (vm) => facts?.systemUuid !== undefined && smbiosUuid(vm) === facts.systemUuid.toLowerCase()],
    ['providerID', (vm) => facts?.providerId === `proxmox://${region}/${vm.vmid}`],
    ['annotation', (vm) => facts?.annotations[vmidAnnotation] === String(vm.vmid)],
    // A name alone is weak: where both UUIDs are known, they must not speak against it.
    ['name', (vm) => vm.name === nodeId && !contradicts(facts, vm)],
  ]
  for (const [way, matches] of ways) {
    const found = candidates.filter(matches)
    if (found.length > 1) {
      throw new StorageError('precondition', `node ${nodeId} matches ${found.length} VMs by ${way} (${found.map(({ vmid }) => vmid).join(', ')}); give each VM its own, or set the annotation ${vmidAnnotation} on the node`)
    }
    if (found[0] !== undefined) return found[0]
  }
  return undefined
}

/** The node's VM wherever it is. Fewer configs are read where the VMs that could hold the disk make it certain. */
export async function locateVm(cluster: ProxmoxCluster, clues: NodeClues, { vms, elsewhere }: Pick<Scan, 'vms' | 'elsewhere'>): Promise<ScannedVm | undefined> {
  // A VM of the same name, or the one that the providerID means, may be on another node: taking what is near would be a guess.
  const found = findVm(clues, [...vms, ...elsewhere])
  if (found !== undefined && vms.includes(found)) return found
  return elsewhere.length === 0 ? undefined : findVm(clues, (await cluster.scan.fresh('*')).vms)
}

function contradicts(facts: NodeFacts | undefined, vm: ScannedVm): boolean {
  const uuid = smbiosUuid(vm)
  return facts?.systemUuid !== undefined && uuid !== undefined && uuid !== facts.systemUuid.toLowerCase()
}

/** From `smbios1: uuid=…,…`. */
export function smbiosUuid({ entries }: ScannedVm): string | undefined {
  const value = entries.find(({ key }) => key === 'smbios1')?.value
  return /(?:^|,)uuid=([0-9a-fA-F-]{36})(?:,|$)/.exec(value ?? '')?.[1]?.toLowerCase()
}
