import { BackupImplementation, StorageImplementation, type StorageModuleArgs } from './modules/storage'

/** Document 003's arguments as they would be written by somebody who has the machines for them. */
export function corrected(): StorageModuleArgs {
  const disks = (host: number) => [
    { name: `/dev/disk/by-id/nvme-fast-${host}`, config: { deviceClass: 'nvme' } },
    { name: `/dev/disk/by-id/ata-large-${host}`, config: { deviceClass: 'hdd' } },
  ]
  return {
    namespace: 'storage-system',
    storageImplementation: StorageImplementation.ROOK_CEPH,
    backupImplementation: BackupImplementation.VELERO,
    cephCluster: {
      clusterName: 'my-cluster',
      storage: { useAllNodes: false, nodes: [1, 2, 3].map((host) => ({ name: `worker-${host}`, devices: disks(host) })) },
    },
    storageClasses: [
      {
        name: 'shared-fs',
        isDefault: true,
        filesystem: {
          metadataPool: { name: 'shared-fs-metadata', replication: { size: 3 }, deviceClass: 'nvme' },
          dataPools: [{ name: 'shared-fs-data', failureDomain: 'host', replication: { size: 3 }, deviceClass: 'hdd' }],
          metadataServer: { activeCount: 1, activeStandby: true },
        },
      },
    ],
    backupStrategy: {
      enableSnapshotBackups: true,
      enableFilesystemBackups: true,
      backupStorageLocations: [{ name: 'default', provider: 'aws', bucket: 'my-backup-bucket', default: true }],
    },
  }
}

/** A second class, written before or after the first. */
export const secondClass = {
  name: 'archive',
  filesystem: {
    metadataPool: { name: 'archive-metadata', replication: { size: 3 }, deviceClass: 'nvme' },
    dataPools: [{ name: 'archive-data', failureDomain: 'host', replication: { size: 3 }, deviceClass: 'hdd' }],
    metadataServer: { activeCount: 1 },
  },
}
