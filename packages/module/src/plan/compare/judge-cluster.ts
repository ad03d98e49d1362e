/** CephCluster. Sources: Rook 1.20, ceph-cluster-crd, and the rules of its CRD (dataDirHostPath, network.provider). */
import { valueAt } from '../../spec/value-at.ts'
import { isOlder } from '../../spec/version-order.ts'
import type { KubernetesObject } from '../plan.ts'
import type { Difference } from './differences.ts'
import { destroys, interrupting, migrate, recreate, safe, told, type Rule } from './rule.ts'
import type { Verdict } from './effect.ts'

export const clusterRules: readonly Rule[] = [
  { field: /^spec\.dataDirHostPath$/, verdict: ({ before }) => migrate(`Rook refuses another dataDirHostPath: the monitors' stores are in ${told(before)} on each host, and would have to be moved with the cluster stopped`) },
  { field: /^spec\.mon\.count$/, verdict: mons },
  { field: /^spec\.mon\.allowMultiplePerNode$/, verdict: ({ after }) => (after === true ? safe('several monitors may share a node, and one node that fails may then take the majority') : safe('monitors that share a node are moved apart, one by one')) },
  { field: /^spec\.storage\.(?:nodes|nodes\[[^\]]+\](?:\.devices(?:\[[^\]]+\])?)?)$/, verdict: disks },
  { field: /^spec\.storage\.(?:.*\.)?(?:useAllNodes|useAllDevices|deviceFilter|devicePathFilter)$/, verdict: () => safe('Rook prepares the disks that are matched now and were not before; disks that are no longer matched keep their OSDs') },
  { field: /^spec\.storage\..*config\.deviceClass$/, verdict: deviceClass },
  { field: /^spec\.storage\..*config\.(?:encryptedDevice|metadataDevice|osdsPerDevice|databaseSizeMB)$/, verdict: ({ field, after }) => migrate(`${field} = ${told(after)} holds for OSDs that are made from now on; those that exist stay as they are until each is drained, removed and made again`) },
  { field: /^spec\.storage\.(?:.*\.)?config$/, verdict: ({ before, after }) => migrate(`${keysOf(before, after).join(', ')} of the disks holds for OSDs that are made from now on; those that exist stay as they are until each is drained, removed and made again`) },
  { field: /^spec\.storage\.(?:nearFullRatio|backfillFullRatio|fullRatio)$/, verdict: ({ field, before, after }) => safe(`${field.slice(13)} goes from ${told(before)} to ${told(after)}; when more is used than that, Ceph warns, stops moving or stops writing`) },
  { field: /^spec\.network\.provider$/, verdict: ({ before, after }) => interrupting(recreate(`the monitors are made anew on network ${told(after)} instead of ${told(before)}, with other addresses: every client must be mounted again`)) },
  { field: /^spec\.network\.(?:connections|selectors)\b/, verdict: ({ field }) => interrupting(safe(`the daemons are restarted with another ${field.slice(5)}, and clients that are mounted already go on as they were until they are mounted again`)) },
  { field: /^spec\.cephVersion\.image$/, verdict: image },
  { field: /^spec\.cleanupPolicy\b/, verdict: ({ after }) => (JSON.stringify(after)?.includes('yes-really-destroy-data') === true ? destroys('with this confirmation Rook wipes the disks when the CephCluster is deleted') : undefined) },
]

function mons({ before, after }: Difference): Verdict {
  const [had, wanted] = [Number(before), Number(after)]
  if (wanted > had) return safe(`Rook adds monitors one by one, ${wanted} in all`)
  return safe(`Rook removes monitors one by one; with ${wanted} left the cluster survives the loss of ${Math.floor((wanted - 1) / 2)}`)
}

/** Rook adds what is new and never removes an OSD because its disk left the list. */
function disks({ field, before, after }: Difference): Verdict | undefined {
  const what = field.includes('devices[') ? `disk ${lastName(field)} of node ${/nodes\[([^\]]+)\]/.exec(field)?.[1]}` : field.includes('nodes[') ? `node ${lastName(field)}` : 'the list of nodes'
  if (before === undefined) return safe(`Rook makes OSDs on ${what} if its disks are empty; Ceph then moves data onto them`)
  if (after === undefined) return migrate(`${what} leaves the list, and Rook removes no OSD for that: they go on. Before a disk is taken out, drain it (ceph osd out, wait until all is clean) and purge the OSD`)
  return safe(`${what} changes: what is new gets OSDs if it is empty, what is gone from it keeps them`)
}

function deviceClass({ before, after }: Difference, { after: object }: { readonly after: KubernetesObject }): Verdict {
  if (valueAt(object, ['spec', 'storage', 'allowDeviceClassUpdate']) === true) return safe(`OSDs go from class ${told(before)} to ${told(after)}, and Ceph moves the data of pools that ask for a class`)
  return migrate(`an OSD that exists keeps its class ${told(before)} (allowDeviceClassUpdate is not set); it becomes ${told(after)} when it is made anew or changed by hand`)
}

function image({ before, after }: Difference): Verdict {
  const [had, wanted] = [versionIn(before), versionIn(after)]
  if (had !== undefined && wanted !== undefined && majorOf(wanted) < majorOf(had)) return migrate(`Ceph ${wanted} cannot read the stores of Ceph ${had}: there is no way back to an older major version but a new cluster and a copy`)
  const back = had !== undefined && wanted !== undefined && isOlder(wanted, had)
  return safe(`the daemons are replaced one by one, ${told(before)} by ${told(after)}, each when the cluster is clean${back ? '; going back within a major version is not tested upstream' : ''}`)
}

/** A whole `config` that came or went. */
function keysOf(...configs: readonly unknown[]): readonly string[] {
  return configs.flatMap((config) => (typeof config === 'object' && config !== null ? Object.keys(config) : []))
}

/** Without what stands behind it in the tag, e.g. the day of the build. */
function versionIn(image: unknown): string | undefined {
  return /:v?(\d+\.\d+\.\d+)/.exec(String(image))?.[1]
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}

function lastName(field: string): string {
  return /\[([^\]]+)\]$/.exec(field)?.[1] ?? field
}

export function removedCluster({ metadata, ...object }: KubernetesObject): Verdict {
  const wipes = valueAt(object, ['spec', 'cleanupPolicy', 'confirmation']) === 'yes-really-destroy-data'
  const after = wipes ? 'and wipes the disks' : 'and leaves the disks as they are, but the keys and the monitors that make sense of them go'
  return destroys(`Rook takes down every daemon of cluster ${metadata.name} ${after}: every volume on it is gone`)
}
