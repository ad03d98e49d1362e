/** What is known of nodes and disks: written in the declaration, or in a file of facts. Nothing of it is written to the cluster. */
import * as z from 'zod'
import { dnsSubdomain, size } from './words.ts'

const positive = z.number().min(0)

export const deviceFactsSchema = z
  .strictObject({
    rotational: z.boolean().optional().describe('Whether it is a disk that turns, as /sys/block/<name>/queue/rotational says (1 or 0). Rook makes hdd of true, nvme or ssd of false.'),
    type: z.enum(['disk', 'part', 'lvm', 'crypt', 'mpath', 'loop', 'raid', 'rom']).optional().describe('As lsblk shows it in TYPE.'),
    size: size.optional().describe('Its size, e.g. 4Ti.'),
    model: z.string().optional().describe('As lsblk shows it in MODEL.'),
    aliases: z.array(z.string().min(1)).optional().describe('Other paths of the same device, e.g. /dev/disk/by-id/wwn-0x5000c500a1b2c3d4.'),
    fstype: z.string().optional().describe('What it carries, as blkid says; empty text for nothing. Rook leaves a device alone that carries a filesystem.'),
    partitions: z.int().min(0).optional().describe('How many partitions it has.'),
    osd: z.boolean().optional().describe('Whether an OSD of this Ceph cluster is on it already. One of another cluster is not: Rook leaves that alone.'),
    kname: z.string().optional().describe('Its kernel name, as lsblk shows it in KNAME: what a path under /dev/disk leads to.'),
    parent: z.string().optional().describe('The device that it is a part of, e.g. sdb for sdb1.'),
  })
  .describe('What is known of a device.')

/** Levels above the host, as Rook reads them from the labels of nodes: topology.kubernetes.io/{region,zone}, topology.rook.io/<others>. */
export const topologyLevels = ['region', 'zone', 'datacenter', 'room', 'pod', 'pdu', 'row', 'rack', 'chassis'] as const
export type TopologyLevel = (typeof topologyLevels)[number]

const topologyFields = {
  region: z.string().optional().describe('Label topology.kubernetes.io/region; empty text for none.'),
  zone: z.string().optional().describe('Label topology.kubernetes.io/zone; empty text for none.'),
  datacenter: z.string().optional().describe('Label topology.rook.io/datacenter; empty text for none.'),
  room: z.string().optional().describe('Label topology.rook.io/room; empty text for none.'),
  pod: z.string().optional().describe('Label topology.rook.io/pod; empty text for none.'),
  pdu: z.string().optional().describe('Label topology.rook.io/pdu; empty text for none.'),
  row: z.string().optional().describe('Label topology.rook.io/row; empty text for none.'),
  rack: z.string().optional().describe('Label topology.rook.io/rack; empty text for none.'),
  chassis: z.string().optional().describe('Label topology.rook.io/chassis; empty text for none.'),
} satisfies Record<TopologyLevel, z.ZodType>

export const nodeFactsSchema = z
  .strictObject({
    schedulable: z.boolean().optional().describe('Whether ordinary pods may be placed on it: no taint of effect NoSchedule or NoExecute. A cordon, which will be lifted, does not count.'),
    ready: z.boolean().optional().describe('Its condition Ready.'),
    roles: z.array(z.string().min(1)).optional().describe('From its labels node-role.kubernetes.io/<role>.'),
    memory: size.optional().describe('Memory that pods may have together (allocatable), e.g. 16Gi.'),
    cpu: positive.optional().describe('Cores that pods may have together (allocatable).'),
    kernel: z.string().min(1).optional().describe('As uname -r says, e.g. 6.8.0-45-generic.'),
    os: z.string().optional().describe('The operating system’s name, e.g. Talos (v1.9.1).'),
    ...topologyFields,
    devices: z.record(z.string().min(1), deviceFactsSchema).optional().describe('Its devices, by their kernel name (sdb) or a path.'),
  })
  .describe('What is known of a node.')

export const clusterFactsSchema = z
  .strictObject({
    version: z.string().optional().describe('Of Kubernetes, e.g. v1.33.1.'),
    distribution: z.string().optional().describe('kubernetes, k3s, k0s, rke2, talos or microk8s.'),
    nodes: z.array(dnsSubdomain).min(1).optional().describe('The names of all nodes. With it, a node that is not among them is known not to be there.'),
    snapshotController: z.string().optional().describe('The snapshot controller that is there already, e.g. rke2-snapshot-controller; empty text for none.'),
    schedulableNodes: z.int().min(0).optional().describe('How many nodes take ordinary pods. Monitors go to any of these, not only to those that hold disks.'),
  })
  .describe('What is known of the cluster as a whole.')

export const factsSchema = z
  .strictObject({
    cluster: clusterFactsSchema.optional(),
    nodes: z.record(dnsSubdomain, nodeFactsSchema).optional().describe('What is known of nodes, by name.'),
  })
  .describe('What is known of nodes and disks, for the proofs that the declaration can work. Not written to the cluster.')

export type WrittenFacts = z.output<typeof factsSchema>

/** The properties that a fact can be of, with the type of its value. */
export const factProperties = {
  cluster: { version: 'string', distribution: 'string', nodes: 'string', schedulableNodes: 'number', snapshotController: 'string' },
  node: { schedulable: 'boolean', ready: 'boolean', roles: 'string', memory: 'number', cpu: 'number', kernel: 'string', os: 'string', ...Object.fromEntries(topologyLevels.map((level) => [level, 'string'])) },
  device: { rotational: 'boolean', type: 'string', size: 'number', model: 'string', aliases: 'string', fstype: 'string', osd: 'boolean', kname: 'string', partitions: 'number', parent: 'string' },
} as const satisfies Record<string, Readonly<Record<string, string>>>

const seenSchema = z
  .strictObject({
    object: z.string().regex(/^(?:cluster|node\/[^/]+|device\/[^/]+\/.+)$/, { error: 'must be cluster, node/<name> or device/<node>/<name>' }).describe('cluster, node/<name> or device/<node>/<name>.'),
    property: z.string().min(1).describe('e.g. rotational.'),
    value: z.union([z.string(), z.number(), z.boolean()]).describe('Sizes and memory in bytes; lists with commas.'),
    source: z
      .strictObject({ kind: z.enum(['declaration', 'file', 'cluster', 'proxmox']).describe('What kind of source it is.'), name: z.string().min(1).describe('Which one, e.g. the server’s URL.') })
      .describe('Who says so.'),
    time: z.iso.datetime({ offset: true, error: 'must be a time like 2026-11-21T15:30:00Z' }).optional().describe('When it was seen.'),
  })
  .describe('One fact, as `stowage facts` writes it.')

/** A file of facts. By hand: cluster and nodes, as in the declaration. `stowage facts` writes `seen`. */
export const factsFileSchema = z
  .strictObject({
    apiVersion: z.literal('stowage.dev/v1alpha1').describe('Always stowage.dev/v1alpha1.'),
    kind: z.literal('Facts').describe('Always Facts.'),
    metadata: z.strictObject({ name: z.string().optional().describe('A name for people.') }).optional().describe('Who this is.'),
    time: z.iso.datetime({ offset: true, error: 'must be a time like 2026-11-21T15:30:00Z' }).optional().describe('When what stands under cluster and nodes was seen.'),
    cluster: clusterFactsSchema.optional(),
    nodes: z.record(dnsSubdomain, nodeFactsSchema).optional().describe('What is known of nodes, by name.'),
    seen: z.array(seenSchema).optional().describe('Facts one by one, each with its source and time.'),
  })
  .describe('What was seen of nodes and disks.')
