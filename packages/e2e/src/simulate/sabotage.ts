/**
 * The driver with one of its safeguards taken out, to show that the simulator sees what they are for. Each replaces a part that the driver is
 * handed when it is put together; the driver itself knows nothing of it.
 */
import { untilAborted } from '@stowage/effects'
import { VolumeLocks, type VolumeBackend } from '@stowage/driver'
import type { ProxmoxCluster } from '@stowage/driver/backends/proxmox/cluster'
import { SharedScan, type Scan } from '@stowage/driver/backends/proxmox/scan'

export const sabotages = {
  'lock-released-on-abort': "a caller's deadline gives the volume free while Proxmox still works on it, and running tasks are not looked at",
  'no-fence': 'nobody looks whether another VM has the disk before it is attached or deleted',
  'exit-status-ignored': 'tasks count as done well, and a config as it is shown counts as what runs',
} as const

export type Sabotage = keyof typeof sabotages

export function isSabotage(name: string): name is Sabotage {
  return Object.hasOwn(sabotages, name)
}

export function locksFor(sabotage: Sabotage | undefined): VolumeLocks {
  return sabotage === 'lock-released-on-abort' ? new ForgetfulLocks() : new VolumeLocks()
}

/** What the driver's locks would be if a deadline ended more than the answer. */
class ForgetfulLocks extends VolumeLocks {
  override async run<T>(keys: readonly string[], operation: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const release = this.take(keys, operation)
    try {
      return await untilAborted(work(), signal)
    } finally {
      release()
    }
  }
}

/** The backend over this cluster, sabotaged where it is to be. */
export function backendWith(sabotage: Sabotage | undefined, cluster: ProxmoxCluster, build: (cluster: ProxmoxCluster) => VolumeBackend): VolumeBackend {
  if (sabotage === undefined) return build(cluster)
  if (sabotage === 'lock-released-on-abort') return build({ ...cluster, scan: new TasklessScan(cluster.client) })
  if (sabotage === 'exit-status-ignored') return build({ ...cluster, client: credulousClient(cluster.client) })
  // Only what a fence is for: attaching and deleting. Detaching still looks.
  const { publish, delete: remove } = build({ ...cluster, scan: new BlindScan(cluster.client) })
  return { ...build(cluster), ...(publish && { publish }), ...(remove && { delete: remove }) }
}

class BlindScan extends SharedScan {
  override async fresh(scope: string): Promise<Scan> {
    const { vms, elsewhere } = await super.fresh(scope)
    return { tasks: [], elsewhere, vms: vms.map((vm) => ({ ...vm, entries: vm.entries.filter(({ key }) => !/^scsi[1-9]/.test(key)) })) }
  }
}

class TasklessScan extends SharedScan {
  override async fresh(scope: string): Promise<Scan> {
    return { ...(await super.fresh(scope)), tasks: [] }
  }
}

function credulousClient(client: ProxmoxCluster['client']): ProxmoxCluster['client'] {
  return {
    ...client,
    taskStatus: async (node, upid) => {
      const { running } = await client.taskStatus(node, upid)
      return running ? { running } : { running, exitStatus: 'OK' }
    },
    vmConfig: (node, vmid) => client.vmConfig(node, vmid, 'with-pending'),
    vmPending: async (node, vmid) => {
      const { values } = await client.vmConfig(node, vmid, 'with-pending')
      return Object.entries(values).map(([key, value]) => ({ key, value, deleting: false }))
    },
  }
}
