import type { Clock, Random } from '@stowage/effects'
import type { Directory } from './access/directory.ts'
import type { Faults } from './faults.ts'
import type { History } from './history.ts'
import { died } from './schema/failure.ts'
import type { ApiSchema } from './schema/schema.ts'
import type { StorageDefinition, Volume } from './storage/storage.ts'
import type { Tasks } from './tasks/tasks.ts'
import type { Vm } from './vm/vm.ts'

/** Everything there is: the state behind the API. */
export interface Cluster {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly schema: ApiSchema
  readonly directory: Directory
  readonly nodes: readonly string[]
  readonly storages: ReadonlyMap<string, StorageDefinition>
  readonly vms: Map<number, Vm>
  readonly tasks: Tasks
  readonly history: History
  readonly faults: Faults
}

export function storageOf(cluster: Cluster, id: string): StorageDefinition {
  const storage = cluster.storages.get(id)
  if (storage === undefined) throw died(`storage '${id}' does not exist`)
  return storage
}

export function vmOn(cluster: Cluster, node: string, vmid: number): Vm {
  const vm = cluster.vms.get(vmid)
  if (vm === undefined || vm.node !== node) throw died(`Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`)
  return vm
}

export function splitVolid(volid: string): { readonly storage: string; readonly name: string } {
  const [, storage, name] = /^([a-zA-Z][\w.-]*):(.+)$/.exec(volid) ?? []
  if (storage === undefined || name === undefined) throw died(`unable to parse volume ID '${volid}'`)
  return { storage, name }
}

/** The volume as this node sees it; dies when it is not there. */
export function volumeOn(cluster: Cluster, node: string, volid: string): Volume {
  const { storage, name } = splitVolid(volid)
  return storageOf(cluster, storage).areaOn(node).find(name)
}

/** Every VM that really holds the volume open. */
export function holdersOf(cluster: Cluster, volume: Volume): Vm[] {
  return [...cluster.vms.values()].filter((vm) => [...vm.plugged.values()].some((plugged) => plugged.volume === volume))
}

/** Waits as long as work takes on a real node: `around` milliseconds, more or less by a half. */
export function takeTime(cluster: Cluster, around: number): Promise<void> {
  return cluster.clock.sleep(around / 2 + cluster.random.integer(Math.max(1, around)))
}

/** What pmxcfs does without quorum. */
export function requireQuorum(cluster: Cluster, lockedAs?: string): void {
  if (!cluster.faults.quorumLost) return
  throw died(lockedAs === undefined ? 'cluster not ready - no quorum?' : `cfs-lock '${lockedAs}' error: no quorum!`)
}
