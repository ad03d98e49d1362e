/** Disks and network of a Ceph cluster that Rook runs (rook v1.20: CephCluster.spec.storage and .network). */
import * as z from 'zod'
import { resourcesSchema } from './driver-settings.ts'
import { dnsSubdomain } from './words.ts'

const wholeNumber = z.string().regex(/^\d+$/, { error: 'must be a whole number as text, in quotes, e.g. "1024"' })
const share = z.number().min(0).max(1)

/** Rook reads text only: numbers and booleans must stand in quotes. */
const osdConfig = z
  .strictObject({
    deviceClass: z.string().min(1).describe('CRUSH class of the OSDs: hdd, ssd, nvme, or a name of your own. Default: by the device (rotational: hdd; a path with nvme: nvme; else ssd).'),
    encryptedDevice: z.string().regex(/^(?:true|false)$/, { error: 'must be the text "true" or "false", in quotes' }).describe('"true": dm-crypt under the OSD. Default: "false".'),
    metadataDevice: z.string().min(1).describe('Faster device for the OSDs’ metadata, e.g. nvme0n1 or a path.'),
    databaseSizeMB: wholeNumber.describe('Size of the metadata part, MB, text.'),
    walSizeMB: wholeNumber.describe('Size of the write-ahead log, MB, text.'),
    osdsPerDevice: z.string().regex(/^[1-9]\d*$/, { error: 'must be a whole number from 1 as text, in quotes, e.g. "1"' }).describe('OSDs on each device, text. Default: "1".'),
    crushRoot: z.string().min(1).describe('Root of the CRUSH map. Default: default.'),
    initialWeight: z.string().min(1).describe('CRUSH weight of a new OSD, TiB, text. Default: its size.'),
    primaryAffinity: z.string().min(1).describe('0 to 1: how readily its OSDs are primary, text. Default: "1".'),
  })
  .partial()
  .meta({ id: 'OsdConfig', description: 'Settings of OSDs; each value is text.' })

/** Rook is written in Go, whose patterns know neither looking around nor references back (golang.org/s/re2syntax). */
const pattern = z.string().min(1).refine((text) => isPattern(text) && !/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(text), { error: 'must be a regular expression as Go knows it: without looking around and references back' })

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== ''
  } catch {
    return false
  }
}

const selection = {
  useAllDevices: z.boolean().optional().describe('Every device without data or partitions. Default: false.'),
  deviceFilter: pattern.optional().describe('Regular expression over kernel names, e.g. ^sd[b-d]$. Beside devices it is ignored by Rook.'),
  devicePathFilter: pattern.optional().describe('Regular expression over paths, e.g. ^/dev/disk/by-id/ata-.'),
  config: osdConfig.optional(),
} as const

const device = z
  .strictObject({
    name: z.string().min(1).describe('Kernel name (sdb) or, better, a path that stays: /dev/disk/by-id/…'),
    config: osdConfig.optional(),
  })
  .describe('A device.')

const node = z
  .strictObject({
    name: dnsSubdomain.describe('Value of the node’s label kubernetes.io/hostname.'),
    devices: z.array(device).optional().describe('Devices, each once.'),
    ...selection,
    resources: resourcesSchema.optional().describe('Of the OSDs on this node.'),
  })
  .describe('A node with disks.')

export const cephStorageSchema = z
  .strictObject({
    useAllNodes: z.boolean().optional().describe('Every node. Default: false.'),
    ...selection,
    nodes: z.array(node).optional().describe('Nodes by name, each once; their order means nothing.'),
    nearFullRatio: share.optional().describe('Share of capacity from which Ceph warns. Default: 0.85.'),
    backfillFullRatio: share.optional().describe('Share of capacity from which data is no longer moved there. Default: 0.90.'),
    fullRatio: share.optional().describe('Share of capacity from which writes stop. Default: 0.95.'),
    allowDeviceClassUpdate: z.boolean().optional().describe('A changed deviceClass is carried over to existing OSDs. Default: false.'),
    allowOsdCrushWeightUpdate: z.boolean().optional().describe('Weights follow when a device grows. Default: false.'),
    onlyApplyOSDPlacement: z.boolean().optional().describe('placement.osd stands alone instead of beside placement.all. Default: false.'),
    flappingRestartIntervalHours: z.int().min(0).optional().describe('Hours after which an OSD that flapped is started again. Default: 24.'),
    osdMaxUpdatesInParallel: z.int().min(1).optional().describe('Most OSDs that are updated at once. Default: 20.'),
  })
  .describe('Which disks Ceph takes.')

const range = z.string().regex(/^[0-9a-fA-F:.]{2,}\/[0-9]{1,3}$/, { error: 'must be an address range, e.g. 10.0.0.0/24' })

export const cephNetworkSchema = z
  .strictObject({
    provider: z.enum(['', 'host', 'multus']).describe('"" for the pod network, host, or multus. Changing it moves every daemon. Default: "".'),
    selectors: z
      .strictObject({ public: z.string().min(1).describe('Of clients and daemons.'), cluster: z.string().min(1).describe('Of replication. Default: the public one.') })
      .partial()
      .describe('With multus: NetworkAttachmentDefinitions, as namespace/name.'),
    encryption: z.boolean().describe('Everything on the wire is encrypted; needs Linux 5.11 on every node, and ms_mode=secure in the classes. Default: false.'),
    compression: z.boolean().describe('Everything on the wire is compressed; needs Linux 5.11. Default: false.'),
    requireMsgr2: z.boolean().describe('Port 6789 is closed; needs Linux 5.11. Default: false.'),
    ipFamily: z.enum(['IPv4', 'IPv6']).describe('Default: IPv4.'),
    dualStack: z.boolean().describe('Both. Default: false.'),
    addressRanges: z
      .strictObject({ public: z.array(range).describe('Of clients and daemons.'), cluster: z.array(range).describe('Of replication.') })
      .partial()
      .describe('With host or multus: the networks that daemons bind to.'),
  })
  .partial()
  .describe('How daemons and clients reach each other.')
