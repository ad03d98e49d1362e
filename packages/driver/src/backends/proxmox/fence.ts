/** What must be seen before a disk is given, taken or destroyed: every VM that could hold it, and every task that could. */
import { StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import { isDiskSlot } from '@stowage/proxmox'
import type { ProxmoxCluster } from './cluster.ts'
import { referencesTo, type Reference, type Scan, type ScannedVm } from './scan.ts'
import { settled } from './until-known.ts'
import { whereaboutsOf } from './whereabouts.ts'

export interface Fenced {
  /** Every VM that could hold it. */
  readonly vms: readonly ScannedVm[]
  /** The others, by name and place only: their configs were not read. */
  readonly elsewhere: readonly ScannedVm[]
  readonly shared: boolean
  /** Every config entry that names the disk. */
  readonly references: readonly Reference[]
}

const pauseMs = 500
const mostLooks = 20

/**
 * Looks at every VM that could hold the disk, pending changes included: on a local storage those of its own node, on a shared one all. A running task that nobody here awaits counts as an attachment: its end is waited for, and then
 * everything is looked at again.
 */
export async function fence(cluster: ProxmoxCluster, handle: VolumeHandle): Promise<Fenced> {
  await settled(cluster, volidOf(handle))
  const { node, shared } = await whereaboutsOf(cluster, handle)
  const scope = shared ? '*' : node
  for (let look = 0; look < mostLooks; look++) {
    const scan = await cluster.scan.fresh(scope)
    if (strangersIn(cluster, scan).length === 0) return { vms: scan.vms, elsewhere: scan.elsewhere, shared, references: referencesTo(volidOf(handle), scan.vms) }
    await cluster.clock.sleep(pauseMs, cluster.stop)
  }
  throw new StorageError('unavailable', `disk ${volidOf(handle)} cannot be touched now: on ${scope === '*' ? 'the Proxmox cluster' : scope} a change of a VM's config has been running for ${(mostLooks * pauseMs) / 1000} s and may concern it; look at the running qmconfig tasks in Proxmox. This is tried again by itself`)
}

const changesDisks = new Set(['qmconfig', 'resize'])

function strangersIn(cluster: ProxmoxCluster, { tasks }: Scan): readonly string[] {
  const byVm = grouped(tasks)
  return [...byVm].flatMap(([vmid, upids]) => cluster.tasks.strangers(vmid, upids))
}

function grouped(tasks: Scan['tasks']): ReadonlyMap<number, readonly string[]> {
  const byVm = new Map<number, string[]>()
  for (const { upid, type, id } of tasks) {
    const vmid = /^\d+$/.test(id) ? Number(id) : undefined
    if (vmid === undefined || !changesDisks.has(type)) continue
    byVm.set(vmid, [...(byVm.get(vmid) ?? []), upid])
  }
  return byVm
}

/** `VM 104 (k3, scsi3)`. */
export function placeOf({ vm, slot }: Reference): string {
  return `VM ${vm.vmid} (${[vm.name, slot].filter((part) => part !== undefined).join(', ')})`
}

/** Whether a guest has the disk, will have it, or has not let go of it. */
export function holds({ state, slot }: Reference): boolean {
  return state !== 'unused' && isDiskSlot(slot)
}

/**
 * A stopped VM of this name lends its config: Proxmox resizes only disks that stand in one. What stands there stands there for a moment only, and any
 * operation on the volume may take it away.
 */
export function isHolder({ name, status }: ScannedVm): boolean {
  return name !== undefined && /^stowage-holder(-|$)/.test(name) && status === 'stopped'
}
