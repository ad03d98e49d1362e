/** Pools, filesystems and block pools of Ceph, in the words of Rook's CRDs (rook v1.20: CephBlockPool, CephFilesystem, CephFilesystemSubVolumeGroup). */
import * as z from 'zod'
import { resourcesSchema } from './driver-settings.ts'
import { placementSchema } from './placement.ts'
import { dnsLabel, positiveInteger, size } from './words.ts'

/** CRUSH's bucket types that Rook sets from labels of nodes (topology.kubernetes.io and topology.rook.io), and osd. */
export const failureDomains = ['osd', 'host', 'chassis', 'rack', 'row', 'pdu', 'pod', 'room', 'datacenter', 'zone', 'region'] as const
export const failureDomain = z.enum(failureDomains)

const replicated = z
  .strictObject({
    size: positiveInteger.describe('Number of copies. Default: 3.'),
    requireSafeReplicaSize: z.boolean().describe('Refuse a single copy. Default: true; false must be written to have size 1.'),
    replicasPerFailureDomain: positiveInteger.describe('Copies within one failure domain. Default: 1.'),
    subFailureDomain: failureDomain.describe('What separates the copies within one failure domain.'),
    targetSizeRatio: z.number().min(0).describe('Share of the cluster’s capacity that the pool is expected to take, for the placement group autoscaler.'),
  })
  .partial()
  .describe('Whole copies of all data.')

const erasureCoded = z
  .strictObject({
    dataChunks: z.int().min(2).describe('Pieces into which data is cut (k), at least 2.'),
    codingChunks: z.int().min(1).describe('Pieces that may be lost (m), at least 1.'),
    algorithm: z.enum(['isa', 'jerasure']).optional().describe('Default: Ceph’s own.'),
  })
  .describe('Data in pieces with redundancy: k+m failure domains for k/(k+m) of the space.')

const poolFields = {
  failureDomain: failureDomain.describe('What may fail without loss. Default: host.'),
  deviceClass: z.string().min(1).describe('Only OSDs of this class: hdd, ssd, nvme, or a name of your own given to devices. Default: all.'),
  replicated,
  erasureCoded,
  enableCrushUpdates: z.boolean().describe('A changed failureDomain or deviceClass is carried over to the existing pool, and Ceph moves its data. Default: false.'),
  compressionMode: z.enum(['none', 'passive', 'aggressive', 'force']).describe('Default: Ceph’s own, none.'),
  parameters: z.record(z.string(), z.string()).describe('Further settings of the pool, as `ceph osd pool set` knows them, e.g. {bulk: "true"}. Values are text.'),
  quotas: z
    .strictObject({
      maxSize: z.string().regex(/^[0-9]+[.]?[0-9]*([KMGTPE]i|[kMGTPE])?$/, { error: 'must be a size as Rook reads it, e.g. 10Gi' }).describe('The most bytes, e.g. 10Gi.'),
      maxObjects: positiveInteger.describe('The most objects.'),
    })
    .partial()
    .describe('The most that the pool may hold.'),
} as const

export const filesystemPoolSchema = z
  .strictObject({ name: z.string().min(1).describe('Default: metadata, or data0, data1, … Rook puts the filesystem’s name and a dash before it unless preservePoolNames.'), ...poolFields })
  .partial()
  .meta({ id: 'CephFilesystemPool', description: 'A pool of a filesystem.' })

export const blockPoolSchema = z
  .strictObject({ ...poolFields, enableRBDStats: z.boolean().describe('Statistics of each image for Prometheus. Default: false.') })
  .partial()
  .meta({ id: 'CephBlockPool', description: 'A CephBlockPool.' })

const metadataServer = z
  .strictObject({
    activeCount: z.int().min(1).max(50).describe('Active metadata servers; Rook runs as many again as standby. Default: 1.'),
    activeStandby: z.boolean().describe('Whether the standby keeps a warm cache. Default: true.'),
    resources: resourcesSchema.describe('Of each metadata server; below 4Gi of memory it is slow and may be killed.'),
    placement: placementSchema.describe('Where metadata servers may run.'),
    priorityClassName: z.string().describe('Default: system-cluster-critical.'),
  })
  .partial()
  .meta({ id: 'CephMetadataServer', description: 'The metadata servers (MDS).' })

const pinning = z
  .strictObject({
    distributed: z.int().min(0).max(1).describe('1: subvolumes are spread over the active metadata servers.'),
    export: z.int().min(-1).max(256).describe('All on this rank; -1: no pin.'),
    random: z.number().min(0).max(1).describe('Chance with which a directory is pinned by itself.'),
  })
  .partial()
  .describe('One of distributed, export and random. Default: {distributed: 1}.')

export const filesystemSchema = z
  .strictObject({
    metadataPool: filesystemPoolSchema.describe('Names, attributes and directories; must be replicated. Default: three copies over hosts.'),
    dataPools: z.array(filesystemPoolSchema).describe('The first is the default one and must be replicated. Default: one pool of three copies over hosts.'),
    metadataServer,
    preservePoolNames: z.boolean().describe('Pool names stand in Ceph as they are written here. Default: false.'),
    preserveFilesystemOnDelete: z.boolean().describe('The data stays when the CephFilesystem is deleted. Default: true (Rook’s own is false).'),
    subvolumeGroup: z
      .strictObject({
        name: dnsLabel.describe('Default: csi. The object is called <filesystem>-<name>.'),
        pinning,
        quota: size.describe('The most that all volumes together may take, e.g. 1Ti.'),
      })
      .partial()
      .describe('Directory that holds the volumes of claims.'),
  })
  .partial()
  .meta({ id: 'CephFilesystem', description: 'A CephFilesystem with its CephFilesystemSubVolumeGroup.' })
