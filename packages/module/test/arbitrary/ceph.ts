/** Ceph by Rook on three nodes that can hold what is declared, and a Ceph that is there already. */
import * as fc from 'fast-check'
import type { DeclaredBackend, DeclaredClass } from '../../src/spec/schema/declaration.ts'
import { bool, flag, given, maybe } from './words.ts'

const deviceClass = fc.constantFrom('nvme', 'hdd')
const pool = fc.record({ deviceClass, replicated: maybe(fc.constantFrom({ size: 3 }, { size: 2 })), compressionMode: maybe(fc.constantFrom('aggressive' as const, 'none' as const)), parameters: maybe(fc.constant({ bulk: 'true' })) }).map(given)
const filesystem = fc
  .record({ metadata: deviceClass, first: pool, second: bool, activeCount: fc.constantFrom(1, 2), preservePoolNames: flag, preserve: flag })
  .map(({ metadata, first, second, activeCount, preservePoolNames, preserve }) => ({
    metadataPool: { deviceClass: metadata },
    dataPools: [{ ...first, name: 'data' }, ...(second ? [{ name: 'bulk', deviceClass: 'hdd', erasureCoded: { dataChunks: 2, codingChunks: 1 } }] : [])],
    metadataServer: { activeCount, resources: { requests: { cpu: '1', memory: '4Gi' }, limits: { memory: '4Gi' } } },
    ...given({ preservePoolNames, preserveFilesystemOnDelete: preserve }),
  }))

const nodes = ['n1', 'n2', 'n3'].map((node) => ({
  name: node,
  devices: [
    { name: `/dev/disk/by-id/nvme-${node}`, config: { deviceClass: 'nvme' } },
    { name: `/dev/disk/by-id/ata-${node}`, config: { deviceClass: 'hdd' } },
  ],
}))

export const rookBackend: fc.Arbitrary<DeclaredBackend> = fc
  .record({ filesystem, blockPool: pool, toolbox: flag, deliverCluster: maybe(fc.constantFrom('objects' as const, 'chart' as const)), mgr: maybe(fc.constantFrom({ count: 1 }, { count: 2 })), monitoring: flag })
  .map(({ filesystem: shared, blockPool, ...rest }) => ({ rookCeph: { clusterName: 'my-cluster', storage: { nodes }, filesystems: { shared }, blockPools: { disks: blockPool }, ...given(rest) } }))

export const rookClass: fc.Arbitrary<Partial<DeclaredClass>> = fc.oneof(fc.constant({ fsName: 'shared', pool: 'data' }), fc.constant({ pool: 'disks' }), fc.record({ blockPool: pool }))

export const cephBackend: fc.Arbitrary<DeclaredBackend> = fc.constant({
  ceph: { clusterID: '4a1c0f7e-5d5b-4c1f-9a51-3f6f0f6e8a11', monitors: ['10.0.0.1:6789', '10.0.0.2:6789', '10.0.0.3:6789'], secrets: { rbd: 'ceph-rbd', cephfs: 'ceph-cephfs' } },
})

export const cephClass: fc.Arbitrary<Partial<DeclaredClass>> = fc.oneof(fc.constant({ pool: 'kubernetes' }), fc.constant({ fsName: 'cephfs' }))
