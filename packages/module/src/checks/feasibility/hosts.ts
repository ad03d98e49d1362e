/** The hosts of a Ceph cluster as the facts leave them: which OSDs of which class each has, or could have. */
import { exactly, type Count, type Step } from './count.ts'
import { deviceOutcomes, values, type DeviceOutcomes } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import type { CephModel, DeviceModel, HostModel } from './model.ts'

export interface Host {
  readonly name: string
  /** Rook takes no disks of it: it is not there, or keeps pods away. */
  readonly excluded: false | 'not-there' | 'unschedulable'
  readonly openEnded: boolean
  readonly devices: readonly (DeviceOutcomes & { readonly device: DeviceModel })[]
}

export function hostsOf(model: CephModel, book: FactBook): readonly Host[] {
  if (model.anyHost) return everyNode(model, book)
  return model.hosts.map((host) => ({
    name: host.name,
    excluded: exclusion(host, model, book),
    openEnded: host.openEnded,
    devices: host.devices.map((device) => ({ device, ...deviceOutcomes(host.name, device, book) })),
  }))
}

/** Every node of the cluster, where the facts name them all: no more hosts than these, whatever disks each has. */
function everyNode(model: CephModel, book: FactBook): readonly Host[] {
  const [names, ...others] = values(book.said('cluster', 'nodes')).map(String)
  if (names === undefined || others.length > 0) return []
  return names.split(',').map((name) => ({ name, excluded: exclusion({ name }, model, book), openEnded: true, devices: [] }))
}

/** What a declaration names is taken to be there and to take pods, unless a fact says otherwise (Rook, ValidNode in pkg/operator/k8sutil/node.go). */
function exclusion({ name }: Pick<HostModel, 'name'>, model: CephModel, book: FactBook): Host['excluded'] {
  const lists = values(book.said('cluster', 'nodes')).map((names) => String(names).split(','))
  if (lists.length > 0 && lists.every((names) => !names.includes(name))) return 'not-there'
  const schedulable = values(book.said(`node/${name}`, 'schedulable'))
  return schedulable.length > 0 && schedulable.every((is) => is === false) && !toleratesTaints(model, 'osd') ? 'unschedulable' : false
}

/** Whether Rook is told to tolerate taints for a daemon: then those that repel ordinary pods need not repel it. */
export function toleratesTaints({ at }: CephModel, daemon: string): boolean {
  return ['all', daemon].some((of) => {
    const tolerations = at(['placement', of, 'tolerations'])
    return tolerations !== undefined && !(Array.isArray(tolerations) && tolerations.length === 0)
  })
}

/** OSDs of a host with that class, or of any. */
export function osdsOf(host: Host, deviceClass: string | undefined): Count {
  if (host.excluded !== false) return exactly(0)
  if (host.openEnded) return { min: 0, max: Number.POSITIVE_INFINITY, steps: [{ weight: Number.POSITIVE_INFINITY, deciding: [`node/${host.name} devices`] }] }
  let [min, max] = [0, 0]
  const steps: Step[] = []
  for (const { device, classes, used, deciding: facts } of host.devices) {
    const could = used !== 'no' && (deviceClass === undefined || classes.includes(deviceClass))
    const must = used === 'yes' && (deviceClass === undefined || (classes.length === 1 && could))
    max += could ? device.osds : 0
    min += must ? device.osds : 0
    if (could && !must) steps.push({ weight: device.osds, deciding: facts.filter((fact) => bears(fact, deviceClass)) })
  }
  return { min, max, steps }
}

/** Whether it is used bears on every class; how it turns, on a class that is asked for; which disk at rest it is, not on hdd. */
function bears(fact: string, deviceClass: string | undefined): boolean {
  if (fact.endsWith(' osd')) return true
  return deviceClass !== undefined && (deviceClass !== 'hdd' || !fact.endsWith(' kname'))
}
