/** Which hosts would hold OSDs of which device class, from a CephCluster's own words and the nodes that are there. */
import { arrayAt, at, isObject, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { nameOf } from '../objects.ts'

export interface Disk {
  /** `sdb`, `nvme0n1` */
  readonly name: string
  readonly rotational: boolean
}

/** What is known of a node's disks; undefined: nothing, and what the declaration names is believed to be there. */
export type DisksOf = (node: string) => readonly Disk[] | undefined

export interface Osd {
  readonly host: string
  readonly deviceClass: string
  /** Of the node: where `failureDomain: zone` or `rack` looks. */
  readonly labels: JsonObject
}

export function osdsOf(cluster: JsonObject, nodes: readonly JsonObject[], disksOf: DisksOf): readonly Osd[] {
  const storage = objectAt(cluster, 'spec', 'storage')
  if (at(storage, 'useAllNodes') === true) return nodes.flatMap((node) => onNode(storage, {}, node, disksOf))
  return arrayAt(storage, 'nodes').flatMap((declared) => {
    const node = nodes.find((each) => nameOf(each) === textAt(declared, 'name') || textAt(each, 'metadata', 'labels', 'kubernetes.io/hostname') === textAt(declared, 'name'))
    return node === undefined || !isObject(declared) ? [] : onNode(storage, declared, node, disksOf)
  })
}

function onNode(storage: JsonObject, declared: JsonObject, node: JsonObject, disksOf: DisksOf): readonly Osd[] {
  const known = disksOf(nameOf(node))
  const labels = objectAt(node, 'metadata', 'labels')
  const devices = [...arrayAt(declared, 'devices'), ...(declared['devices'] === undefined ? arrayAt(storage, 'devices') : [])]
  const named = devices.filter((each) => known === undefined || known.some(({ name }) => name === bare(textAt(each, 'name'))))
  const taken: readonly Json[] = named.length > 0 || devices.length > 0 ? named : byFilter(storage, declared, known)
  return taken.map((device) => ({ host: nameOf(node), labels, deviceClass: classOf(storage, declared, device, known) }))
}

/** Without a word on devices: all of them, or those that the filter takes. Where nothing is known, one disk is supposed. */
function byFilter(storage: JsonObject, declared: JsonObject, known: readonly Disk[] | undefined): readonly Json[] {
  const filter = textAt(declared, 'deviceFilter') || textAt(storage, 'deviceFilter')
  const all = at(declared, 'useAllDevices') === true || at(storage, 'useAllDevices') === true
  if (filter === '' && !all) return []
  const disks = known ?? [{ name: 'sdb', rotational: false }]
  return disks.filter(({ name }) => filter === '' || known === undefined || isTaken(filter, name)).map(({ name }) => ({ name }))
}

/** What is no regular expression takes no device. */
function isTaken(filter: string, name: string): boolean {
  try {
    return new RegExp(filter).test(name)
  } catch {
    return false
  }
}

function bare(device: string): string {
  return device.replace(/^\/dev\//, '')
}

/** Rook's order: the device's own word, the node's, the cluster's; then hdd if it rotates, nvme if its name says so, else ssd. */
function classOf(storage: JsonObject, declared: JsonObject, device: Json, known: readonly Disk[] | undefined): string {
  const said = [device, declared, storage].map((each) => textAt(each, 'config', 'deviceClass')).find((each) => each !== '')
  if (said !== undefined) return said
  const name = bare(textAt(device, 'name'))
  if (known?.find((each) => each.name === name)?.rotational === true) return 'hdd'
  return name.includes('nvme') ? 'nvme' : 'ssd'
}
