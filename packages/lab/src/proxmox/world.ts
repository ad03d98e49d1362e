import type { Disk } from '../machines/disk.ts'
import type { Cluster } from './cluster.ts'
import type { History } from './history.ts'
import type { Task } from './tasks/tasks.ts'

export interface PluggedView {
  readonly volid: string
  readonly disk: Disk
  readonly readOnly: boolean
}

export interface VmView {
  readonly vmid: number
  readonly name: string
  readonly node: string
  readonly running: boolean
  readonly lock: string | undefined
  /** What is written as current, without `digest`. */
  readonly config: ReadonlyMap<string, string>
  readonly pending: ReadonlyMap<string, string>
  readonly deletes: ReadonlySet<string>
  /** What QEMU holds, by slot, whatever is written. */
  readonly plugged: ReadonlyMap<string, PluggedView>
}

export interface VolumeView {
  readonly volid: string
  readonly storage: string
  /** undefined: shared by all nodes. */
  readonly node: string | undefined
  readonly owner: number
  /** Bytes. */
  readonly size: number
  readonly disk: Disk
}

/** What is true, for invariants, tests and the demo. Never what a client was told. */
export interface World {
  readonly history: History
  readonly tasks: readonly Task[]
  vms(): readonly VmView[]
  vm(vmid: number): VmView | undefined
  volumes(): readonly VolumeView[]
  /** Bytes used of a storage on a node. */
  used(storage: string, node: string): number
}

export function createWorld(cluster: Cluster): World {
  const vms = (): VmView[] => [...cluster.vms.values()].map(({ vmid, name, node, running, config, pending, deletes, plugged }) => ({
    vmid,
    name,
    node,
    running,
    lock: config.get('lock'),
    config,
    pending,
    deletes: new Set(deletes.keys()),
    plugged: new Map([...plugged].map(([slot, { volume, readOnly }]) => [slot, { volid: volume.volid, disk: volume.disk, readOnly }])),
  }))
  return {
    history: cluster.history,
    tasks: cluster.tasks.all,
    vms,
    vm: (vmid) => vms().find((vm) => vm.vmid === vmid),
    volumes: () =>
      [...cluster.storages.values()].flatMap((storage) =>
        storage.allAreas().flatMap((area) =>
          [...area.volumes.values()].map(({ volid, owner, disk }) => ({ volid, storage: storage.id, node: area.node, owner, size: disk.size, disk })),
        ),
      ),
    used: (storage, node) => cluster.storages.get(storage)?.areas.get(node)?.usedBytes ?? 0,
  }
}
