/**
 * Stands in for the snapshot controller and the drivers' csi-snapshotter: snapshots are bound to a content and called ready, and no data is
 * kept. It acts only where a Deployment runs the snapshot controller's image.
 */
import { arrayAt, at, objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { core, snapshots } from '../cluster-api.ts'
import type { ClusterApi } from '../cluster-api.ts'
import { isDeleting, nameOf, namespaceOf, timeText, writeStatus } from '../objects.ts'

export interface SnapshotParts {
  readonly api: ClusterApi
  readonly now: () => number
}

const place = { kind: snapshots.snapshots, subresource: true }
const contentPlace = { kind: snapshots.contents, subresource: true }
const defaultClass = 'snapshot.storage.kubernetes.io/is-default-class'

export async function snapshotRound(parts: SnapshotParts): Promise<void> {
  const { api } = parts
  const all = await api.list(snapshots.snapshots)
  const contents = await api.list(snapshots.contents)
  if (all.length + contents.length === 0 || !(await isControllerThere(api))) return
  for (const each of all) if (!isDeleting(each) && at(each, 'status', 'readyToUse') !== true) await settle(parts, each, contents)
  await tidy(api, all, contents)
}

async function isControllerThere(api: ClusterApi): Promise<boolean> {
  const deployments = await api.list(core.deployments)
  const images = deployments.filter((each) => at(each, 'spec', 'replicas') !== 0).flatMap((each) => arrayAt(each, 'spec', 'template', 'spec', 'containers')).map((each) => textAt(each, 'image'))
  return images.some((each) => /(^|\/)snapshot-controller(:|@|$)/.test(each))
}

async function settle(parts: SnapshotParts, snapshot: JsonObject, contents: readonly JsonObject[]): Promise<void> {
  const named = textAt(snapshot, 'spec', 'source', 'volumeSnapshotContentName')
  if (named !== '') {
    const content = contents.find((each) => nameOf(each) === named)
    if (content === undefined) return fail(parts, snapshot, `VolumeSnapshotContent is missing`)
    return ready(parts, snapshot, content)
  }
  const source = await sourceOf(parts.api, snapshot)
  if (typeof source === 'string') return fail(parts, snapshot, source)
  const name = `snapcontent-${textAt(snapshot, 'metadata', 'uid')}`
  const content = contents.find((each) => nameOf(each) === name) ?? (await parts.api.create(snapshots.contents, contentFor(name, snapshot, source)))
  if (content !== undefined) await ready(parts, snapshot, content, source.size)
}

interface Source {
  readonly driver: string
  readonly handle: string
  readonly size: string
  readonly className: string
  readonly deletionPolicy: string
}

/** A text: why there is none yet, in the controller's words. */
async function sourceOf(api: ClusterApi, snapshot: JsonObject): Promise<Source | string> {
  const claimName = textAt(snapshot, 'spec', 'source', 'persistentVolumeClaimName')
  const claim = await api.get(core.claims, claimName, namespaceOf(snapshot))
  const prefix = 'Failed to create snapshot content with error snapshot controller failed to update'
  if (claim === undefined) return `${prefix} ${nameOf(snapshot)} on API server: cannot get claim from snapshot`
  const volume = await api.get(core.volumes, textAt(claim, 'spec', 'volumeName'))
  if (textAt(claim, 'status', 'phase') !== 'Bound' || volume === undefined) return `${prefix} ${nameOf(snapshot)} on API server: the PVC ${claimName} is not yet bound to a PV, will not attempt to take a snapshot`
  const driver = textAt(volume, 'spec', 'csi', 'driver')
  const asked = textAt(snapshot, 'spec', 'volumeSnapshotClassName')
  const classes = await api.list(snapshots.classes)
  const found = classes.find((each) => (asked === '' ? textAt(each, 'driver') === driver && textAt(each, 'metadata', 'annotations', defaultClass) === 'true' : nameOf(each) === asked))
  if (found === undefined && asked === '') return 'Failed to set default snapshot class with error cannot find default snapshot class'
  if (found === undefined) return `Failed to get snapshot class with error failed to retrieve snapshot class ${asked} from the informer: volumesnapshotclass.snapshot.storage.k8s.io ${JSON.stringify(asked)} not found`
  return { driver, handle: textAt(volume, 'spec', 'csi', 'volumeHandle'), size: textAt(claim, 'status', 'capacity', 'storage'), className: nameOf(found), deletionPolicy: textAt(found, 'deletionPolicy') }
}

function contentFor(name: string, snapshot: JsonObject, { driver, handle, className, deletionPolicy }: Source): JsonObject {
  const volumeSnapshotRef = { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', name: nameOf(snapshot), namespace: namespaceOf(snapshot), uid: textAt(snapshot, 'metadata', 'uid') }
  return { metadata: { name }, spec: { deletionPolicy, driver, source: { volumeHandle: handle }, volumeSnapshotClassName: className, volumeSnapshotRef } }
}

async function ready(parts: SnapshotParts, snapshot: JsonObject, content: JsonObject, size = ''): Promise<void> {
  const made = parts.now()
  const handle = textAt(content, 'status', 'snapshotHandle') || textAt(content, 'spec', 'source', 'snapshotHandle') || `stand-in-${nameOf(content)}`
  await writeStatus(parts.api, contentPlace, content, { ...objectAt(content, 'status'), snapshotHandle: handle, creationTime: made * 1_000_000, readyToUse: true })
  const restoreSize = size === '' ? {} : { restoreSize: size }
  await writeStatus(parts.api, place, snapshot, { boundVolumeSnapshotContentName: nameOf(content), creationTime: timeText(made), readyToUse: true, ...restoreSize })
}

async function fail(parts: SnapshotParts, snapshot: JsonObject, message: string): Promise<void> {
  if (textAt(snapshot, 'status', 'error', 'message') === message) return
  await writeStatus(parts.api, place, snapshot, { ...objectAt(snapshot, 'status'), readyToUse: false, error: { message, time: timeText(parts.now()) } })
}

/** A content whose snapshot is gone goes with it, unless it is to be retained. */
async function tidy(api: ClusterApi, all: readonly JsonObject[], contents: readonly JsonObject[]): Promise<void> {
  const living = new Set(all.map((each) => textAt(each, 'metadata', 'uid')))
  for (const content of contents) {
    const owner = textAt(content, 'spec', 'volumeSnapshotRef', 'uid')
    if (owner !== '' && !living.has(owner) && textAt(content, 'spec', 'deletionPolicy') === 'Delete') await api.delete(snapshots.contents, nameOf(content))
  }
}
