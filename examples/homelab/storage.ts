/** The same declaration as storage.yaml, in TypeScript: faults are thrown all at once, and an editor completes the fields. */
import { defineStorage } from '@stowage/module'

export const storage = defineStorage({
  apiVersion: 'stowage.dev/v1alpha1',
  kind: 'Storage',
  metadata: { name: 'homelab' },
  spec: {
    namespace: 'storage-system',
    backends: {
      pve: {
        proxmox: {
          region: 'pve',
          endpoints: ['https://pve1.example:8006', 'https://pve2.example:8006'],
          credentials: { secretRef: 'proxmox-csi' },
        },
      },
      disk: { local: { path: '/var/lib/stowage' } },
    },
    classes: {
      'proxmox-csi': {
        backend: 'pve',
        storage: 'local-zfs',
        default: true,
        reclaimPolicy: 'Retain',
        fstype: 'ext4',
        cache: 'writethrough',
        ssd: true,
        mountOptions: ['noatime'],
      },
      'proxmox-lvm': { backend: 'pve', storage: 'local-lvm' },
      'proxmox-ssd': {
        backend: 'pve',
        driverName: 'csi.proxmox.sinextra.dev',
        storage: 'local-zfs',
        cache: 'writethrough',
        ssd: true,
        reclaimPolicy: 'Delete',
      },
      hostpath: { backend: 'disk', reclaimPolicy: 'Delete' },
    },
  },
})
