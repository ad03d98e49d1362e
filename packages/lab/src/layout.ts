/** What a lab consists of: a Proxmox cluster, and VMs that are the nodes of a Kubernetes cluster. */
import type { StorageOptions } from './proxmox/storage/storage.ts'

export interface LabMachine {
  /** VM name, host name and node name. */
  readonly name: string
  readonly vmid: number
  /** The Proxmox node that it runs on; its zone. */
  readonly on: string
  readonly systemUuid: string
}

export interface LabLayout {
  readonly region: string
  readonly proxmoxNodes: readonly string[]
  readonly storages: readonly StorageOptions[]
  readonly machines: readonly LabMachine[]
}

const gib = 1024 ** 3

/** Two Proxmox nodes with ZFS, LVM-thin and directories, one shared storage; two VMs on each. */
export const homelab: LabLayout = {
  region: 'pve',
  proxmoxNodes: ['pve1', 'pve2'],
  storages: [
    { storage: 'local-zfs', type: 'zfspool', sizeBytes: 900 * gib, sparse: true },
    { storage: 'local-lvm', type: 'lvmthin', sizeBytes: 500 * gib },
    { storage: 'local', type: 'dir', sizeBytes: 100 * gib },
    { storage: 'shared', type: 'nfs', sizeBytes: 2000 * gib, shared: true },
  ],
  machines: [
    { name: 'k1', vmid: 101, on: 'pve1', systemUuid: '11111111-0000-4000-8000-000000000101' },
    { name: 'k2', vmid: 102, on: 'pve1', systemUuid: '11111111-0000-4000-8000-000000000102' },
    { name: 'k3', vmid: 103, on: 'pve2', systemUuid: '11111111-0000-4000-8000-000000000103' },
    { name: 'k4', vmid: 104, on: 'pve2', systemUuid: '11111111-0000-4000-8000-000000000104' },
  ],
}
