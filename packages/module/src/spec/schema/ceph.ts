/** Ceph: a cluster that Rook runs here, and one that is there already. Field names are those of Rook's CRDs (rook v1.20). */
import * as z from 'zod'
import { chartVersions } from '../ceph/versions.ts'
import { blockPoolSchema, filesystemPoolSchema, filesystemSchema } from './ceph-pools.ts'
import { cephNetworkSchema, cephStorageSchema } from './ceph-storage.ts'
import { chartSchema } from './chart.ts'
import { resourcesSchema } from './driver-settings.ts'
import { placementSchema } from './placement.ts'
import { absolutePath, dnsLabel, dnsSubdomain } from './words.ts'

/** Daemons that Rook places by the cluster; those of a filesystem are placed by it (rook v1.20, ceph-cluster-crd). */
const placement = z
  .strictObject({
    all: placementSchema.describe('Of every daemon.'),
    mon: placementSchema.describe('Of the monitors.'),
    arbiter: placementSchema.describe('Of the monitor that only votes, in a stretched cluster.'),
    mgr: placementSchema.describe('Of the managers.'),
    osd: placementSchema.describe('Of the OSDs.'),
    prepareosd: placementSchema.describe('Of the jobs that prepare disks.'),
    cleanup: placementSchema.describe('Of the jobs that clean up.'),
  })
  .partial()

const className = z.string().min(1)
const priorityClassNames = z
  .strictObject({
    all: className.describe('Of every daemon.'),
    mon: className.describe('Default: system-node-critical.'),
    mgr: className.describe('Default: system-cluster-critical.'),
    osd: className.describe('Default: system-node-critical.'),
    crashcollector: className.describe('Of the collectors of crashes.'),
    exporter: className.describe('Of the exporters of metrics.'),
  })
  .partial()

const sizedDaemon = z
  .string()
  .regex(/^(?:mon|mgr|mgr-sidecar|osd|osd-[\w-]+|prepareosd|crashcollector|logcollector|cleanup|exporter|cmd-reporter)$/, {
    error: 'must be a daemon that Rook sizes: mon, mgr, mgr-sidecar, osd, osd-<device class>, prepareosd, crashcollector, logcollector, cleanup, exporter, cmd-reporter',
  })

export const rookCephSchema = z
  .strictObject({
    clusterName: dnsLabel.describe('Name of the CephCluster. Default: the backend’s name.'),
    image: z.string().min(1).describe('Ceph’s image with tag; Ceph 19 and 20 are supported. Default: quay.io/ceph/ceph:v20.2.4.'),
    dataDirHostPath: absolutePath.describe('Where mons and OSDs keep their state on each node. Immutable. Default: /var/lib/rook.'),
    mon: z
      .strictObject({
        count: z.int().min(1).max(9).describe('Number of monitors, odd; most of them must be alive. Default: 3.'),
        allowMultiplePerNode: z.boolean().describe('Several on one node: for trials only. Default: false.'),
      })
      .partial()
      .describe('The monitors. They run on any schedulable node that placement allows, not only on storage.nodes.'),
    mgr: z
      .strictObject({
        count: z.int().min(1).max(5).describe('Number of managers; one is active. Default: 2.'),
        allowMultiplePerNode: z.boolean().describe('Default: false.'),
        modules: z.array(z.strictObject({ name: z.string().min(1).describe('e.g. pg_autoscaler'), enabled: z.boolean().optional().describe('Default: true.') })).describe('Modules of the manager that are switched.'),
      })
      .partial()
      .describe('The managers.'),
    storage: cephStorageSchema,
    network: cephNetworkSchema,
    dashboard: z
      .strictObject({
        enabled: z.boolean().describe('Default: true.'),
        ssl: z.boolean().describe('Default: true.'),
        port: z.int().min(1).max(65535).describe('Default: 8443 with ssl, else 7000.'),
        urlPrefix: z.string().min(1).describe('Path behind a proxy, e.g. /ceph-dashboard.'),
      })
      .partial()
      .describe('Ceph’s own dashboard.'),
    monitoring: z.boolean().describe('Metrics for Prometheus: Rook makes ServiceMonitors, which need the Prometheus operator’s definitions. Default: false.'),
    placement: placement.describe('Where daemons may run, by daemon; all is for each of them.'),
    resources: z.record(sizedDaemon, resourcesSchema).describe('By daemon: mon, mgr, osd, osd-<device class>, prepareosd, …'),
    priorityClassNames: priorityClassNames.describe('By daemon. Default: system-node-critical for mon and osd, system-cluster-critical for mgr.'),
    cephConfig: z.record(z.string(), z.record(z.string(), z.string())).describe('Ceph’s own settings by section: {global: {osd_pool_default_size: "3"}}. Values are text.'),
    csiKeyType: z.enum(['aes', 'aes256k']).describe('Kind of keys of the CSI users; aes256k needs Linux 7.0 on every node. Default: aes.'),
    cleanupPolicy: z
      .strictObject({
        confirmation: z.enum(['', 'yes-really-destroy-data']).describe('Never written in a declaration: with it Rook wipes the disks when the cluster is deleted.'),
        sanitizeDisks: z
          .strictObject({
            method: z.enum(['quick', 'complete']).describe('Default: quick.'),
            dataSource: z.enum(['zero', 'random']).describe('Default: zero.'),
            iteration: z.int().min(1).describe('Default: 1.'),
          })
          .partial()
          .describe('How disks are wiped when that is confirmed.'),
        allowUninstallWithVolumes: z.boolean().describe('The cluster may be deleted while volumes are left. Default: false.'),
      })
      .partial()
      .describe('What happens when the CephCluster is deleted.'),
    toolbox: z.boolean().describe('A pod with the ceph command. Default: false.'),
    deliverCluster: z.enum(['objects', 'chart']).describe('Whether the CephCluster is an object of the plan or comes from the chart rook-ceph-cluster. Default: objects.'),
    charts: z
      .strictObject({
        operator: chartSchema('rook-ceph', chartVersions.rook),
        csiDrivers: chartSchema('ceph-csi-drivers', chartVersions.csiDrivers),
        cluster: chartSchema('rook-ceph-cluster', chartVersions.rook),
      })
      .partial()
      .describe('The charts that are released.'),
    mgrPool: filesystemPoolSchema.omit({ name: true, erasureCoded: true }).describe('The pool .mgr, in which the managers keep metrics of devices. Default: where replicated pools have a deviceClass, laid out as the first of them by name; else Ceph’s own.'),
    filesystems: z.record(dnsSubdomain, filesystemSchema).describe('CephFilesystems, by name; classes name them with fsName.'),
    blockPools: z.record(dnsSubdomain, blockPoolSchema).describe('CephBlockPools, by name; classes name them with pool.'),
  })
  .partial()
  .describe('A Ceph cluster that Rook runs on the nodes of this one.')

export const cephSchema = z
  .strictObject({
    clusterID: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { error: 'must be the fsid of the cluster, as `ceph fsid` prints it' }).describe('The fsid, as `ceph fsid` prints it.'),
    monitors: z.array(z.string().regex(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, { error: 'must be host:port, e.g. 10.0.0.1:6789' })).min(1).describe('host:port of each monitor, as `ceph mon dump` prints them, e.g. 10.0.0.1:6789.'),
    secrets: z
      .strictObject({
        rbd: dnsSubdomain.optional().describe('Name of a Secret in the namespace with userID and userKey, for classes on a pool.'),
        cephfs: dnsSubdomain.optional().describe('Name of a Secret in the namespace with userID and userKey, and both again as adminID and adminKey (what ceph-csi asks for when it makes volumes), for classes with fsName.'),
      })
      .describe('By reference only; never written here.'),
    subvolumeGroup: z.string().min(1).optional().describe('Directory of each filesystem that holds the volumes; must be there. Default: csi.'),
    radosNamespace: z.string().min(1).optional().describe('Namespace within the pools for images of this cluster; must be there. Default: none.'),
    charts: z
      .strictObject({ operator: chartSchema('ceph-csi-operator', chartVersions.csiOperator), csiDrivers: chartSchema('ceph-csi-drivers', chartVersions.csiDrivers) })
      .partial()
      .optional()
      .describe('The charts that are released.'),
  })
  .describe('A Ceph cluster that is there already, e.g. Proxmox’s own: drivers and classes, no daemons.')

/** Keys of a class of a Ceph backend. */
export const cephParameters = {
  filesystem: filesystemSchema
    .extend({ name: dnsSubdomain.optional().describe('Default: the class’s name.') })
    .describe('A CephFilesystem declared in place, for a rookCeph backend.'),
  fsName: z.string().min(1).describe('Name of a filesystem: an entry of the backend’s filesystems, or one that the external cluster has.'),
  blockPool: blockPoolSchema
    .extend({ name: dnsSubdomain.optional().describe('Default: the class’s name.') })
    .describe('A CephBlockPool declared in place, for a rookCeph backend.'),
  pool: z.string().min(1).describe('Beside fsName or filesystem: which data pool. Alone: the block pool.'),
  dataPool: z.string().min(1).describe('An erasure-coded block pool for the data of images; pool then holds their metadata.'),
  imageFeatures: z.array(z.enum(['layering', 'exclusive-lock', 'object-map', 'fast-diff', 'deep-flatten', 'journaling'])).min(1).describe('Features of RBD images. Default: [layering], which every kernel knows.'),
  mapOptions: z.string().min(1).describe('Options with which RBD images are mapped, e.g. "ms_mode=secure".'),
  mounter: z.enum(['kernel', 'fuse', 'rbd', 'rbd-nbd']).describe('kernel or fuse for a filesystem, rbd or rbd-nbd for a pool. Default: the kernel’s own.'),
} as const
