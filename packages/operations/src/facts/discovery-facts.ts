/** Devices as Rook's discovery daemon saw them: ConfigMaps `local-device-<node>` (rook v1.20, pkg/daemon/discover, pkg/util/sys.LocalDisk). */
import type { Facts } from '@stowage/module'
import type { ConfigMap } from 'kubernetes-types/core/v1'
import * as z from 'zod'
import { factsOf, type Seen } from './kubernetes-facts.ts'

export const discoveryPrefix = 'local-device-'

const disk = z.object({
  name: z.string(),
  parent: z.string().optional(),
  devLinks: z.string().optional(),
  size: z.number().optional(),
  type: z.string().optional(),
  rotational: z.boolean().optional(),
  filesystem: z.string().optional(),
  model: z.string().optional(),
  cephVolumeData: z.string().optional(),
  Partitions: z.array(z.unknown()).nullish(),
})
const disks = z.array(disk)
/** What `ceph-volume inventory` says of a device; only whether an OSD is on it, and of which cluster. */
const inventory = z.object({ lvs: z.array(z.object({ osd_id: z.unknown(), cluster_fsid: z.string().optional() })).optional() })

/** The Ceph cluster that runs here already; its fsid where it is known. */
export interface RunningCeph {
  readonly fsid?: string
}

export interface Discovered {
  readonly facts: Facts
  /** ConfigMaps that were not understood, one sentence each. */
  readonly notes: readonly string[]
}

/** The time is that of the daemon's last writing, where the API keeps it. */
export function factsOfDiscovery(configMaps: readonly ConfigMap[], seen: Seen, running?: RunningCeph): Discovered {
  const read = configMaps.filter(({ metadata }) => metadata?.name?.startsWith(discoveryPrefix) === true).map((configMap) => factsOfOne(configMap, seen, running))
  return { facts: read.flatMap(({ facts }) => facts), notes: read.flatMap(({ notes }) => notes) }
}

function factsOfOne({ metadata, data }: ConfigMap, seen: Seen, running: RunningCeph | undefined): Discovered {
  const name = metadata?.name ?? ''
  const node = metadata?.labels?.['rook.io/node'] ?? name.slice(discoveryPrefix.length)
  const parsed = disks.safeParse(parseJson(data?.['devices']))
  if (!parsed.success) return { facts: [], notes: [`ConfigMap ${metadata?.namespace ?? ''}/${name}: what Rook's discovery wrote was not understood; the devices of ${node} stay unknown`] }
  const written = metadata?.managedFields?.map(({ time }) => time).filter((time) => time !== undefined).toSorted().at(-1)
  const of: Seen = { ...seen, ...(written === undefined ? {} : { time: String(written) }) }
  return { facts: parsed.data.flatMap((one) => factsOf(`device/${node}/${one.name}`, propertiesOf(one, running), of)), notes: [] }
}

function propertiesOf(one: z.output<typeof disk>, running: RunningCeph | undefined) {
  return {
    rotational: one.rotational,
    type: one.type,
    size: one.size,
    model: one.model === '' ? undefined : one.model,
    aliases: one.devLinks === undefined || one.devLinks.trim() === '' ? undefined : one.devLinks.trim().split(/\s+/).join(','),
    fstype: one.filesystem,
    partitions: (one.Partitions ?? []).length,
    osd: running !== undefined && holdsOsd(one, running) ? true : undefined,
    kname: one.name,
    parent: one.parent === '' ? undefined : one.parent,
  }
}

/** What an earlier cluster left behind is no OSD of this one; where no fsid tells them apart, the cluster that runs here is believed. */
function holdsOsd({ filesystem, cephVolumeData }: z.output<typeof disk>, { fsid }: RunningCeph): boolean {
  const read = inventory.safeParse(parseJson(cephVolumeData))
  const osds = read.success ? (read.data.lvs ?? []).filter(({ osd_id: id }) => id !== undefined && id !== null) : []
  if (osds.length > 0) return osds.some(({ cluster_fsid: of }) => of === undefined || fsid === undefined || of === fsid)
  return filesystem === 'ceph_bluestore'
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
