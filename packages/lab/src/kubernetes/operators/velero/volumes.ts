/** What a backup would do with each volume, and where it fails: the decisions of Velero's item actions on what the API shows. */
import { arrayAt, at, objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { core, snapshots } from '../cluster-api.ts'
import type { ClusterApi } from '../cluster-api.ts'
import { nameOf, namespaceOf } from '../objects.ts'
import type { VeleroServer } from './server.ts'

export interface VolumeOutcome {
  readonly snapshotsAttempted: number
  readonly snapshotsMade: number
  readonly errors: readonly string[]
  /** Data that waits for a node-agent that is not there. */
  readonly waitsForMover: boolean
}

const classLabel = 'velero.io/csi-volumesnapshot-class'
const defaultClass = 'snapshot.storage.kubernetes.io/is-default-class'

export async function volumeOutcome(api: ClusterApi, server: VeleroServer, backup: JsonObject): Promise<VolumeOutcome> {
  const spec = objectAt(backup, 'spec')
  const claims = (await api.list(core.claims)).filter((each) => isIncluded(spec, namespaceOf(each)) && textAt(each, 'spec', 'volumeName') !== '' && textAt(each, 'metadata', 'labels', 'velero.io/exclude-from-backup') !== 'true')
  const volumes = new Map((await api.list(core.volumes)).map((each) => [nameOf(each), each]))
  const classes = await api.list(snapshots.classes)
  const byFiles = at(spec, 'defaultVolumesToFsBackup') === true
  if (byFiles) return filesOutcome(server, claims)
  if (at(spec, 'snapshotVolumes') === false || !server.csi) return { snapshotsAttempted: 0, snapshotsMade: 0, errors: [], waitsForMover: false }
  const drivers = claims.map((each) => textAt(volumes.get(textAt(each, 'spec', 'volumeName')), 'spec', 'csi', 'driver')).filter((each) => each !== '')
  const errors = drivers.filter((each) => !hasClass(classes, each)).map(noClass)
  const made = drivers.length - errors.length
  return { snapshotsAttempted: drivers.length, snapshotsMade: made, errors, waitsForMover: at(spec, 'snapshotMoveData') === true && made > 0 && !server.hasNodeAgent }
}

function filesOutcome(server: VeleroServer, claims: readonly JsonObject[]): VolumeOutcome {
  const errors = server.hasNodeAgent ? [] : claims.map((each) => `daemonset pod not found in running state in node of the pod that uses ${namespaceOf(each)}/${nameOf(each)}`)
  return { snapshotsAttempted: 0, snapshotsMade: 0, errors, waitsForMover: false }
}

/** By label, by annotation, or because there is only one. */
function hasClass(classes: readonly JsonObject[], driver: string): boolean {
  const own = classes.filter((each) => textAt(each, 'driver') === driver)
  return own.length === 1 || own.some((each) => objectAt(each, 'metadata', 'labels')[classLabel] !== undefined || objectAt(each, 'metadata', 'annotations')[defaultClass] !== undefined)
}

function noClass(driver: string): string {
  return `failed to get VolumeSnapshotClass for provisioner ${driver}: ensure that the desired VolumeSnapshotClass has the ${classLabel} label or ${defaultClass} annotation, and that its driver matches the StorageClass provisioner`
}

export function isIncluded(spec: JsonObject, namespace: string): boolean {
  const matches = (pattern: string): boolean => new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(namespace)
  const included = arrayAt(spec, 'includedNamespaces').map(String)
  const excluded = arrayAt(spec, 'excludedNamespaces').map(String)
  return (included.length === 0 || included.some(matches)) && !excluded.some(matches)
}
