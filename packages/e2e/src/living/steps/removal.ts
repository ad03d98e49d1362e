/** A filesystem that is no longer declared stays, with the proof of what would be lost with it, until its name is given. */
import { planLive } from '@stowage/operations'
import { refOf } from '@stowage/kubernetes'
import type { Plan, PlannedObject } from '@stowage/module'
import { frozenObject, textAt } from '@stowage/lab/kubernetes/api/json'
import { core } from '@stowage/lab/kubernetes/operators/cluster-api'
import { isMap, type Document } from 'yaml'
import type { LivingCluster } from '../cluster.ts'
import type { Step } from '../step.ts'
import type { Subject } from '../subject.ts'
import { applyIn, expectAsPlanned, mustBeOk } from './apply.ts'

export const removal: Step = {
  name: 'removal',
  appliesTo: ({ plan }) => plan.objects.some(isFilesystem),
  run: async (subject, cluster) => {
    const { filesystem, exposed, plan } = withoutOne(subject)
    const { id } = filesystem
    await putDataOn(filesystem, cluster)
    await expectKept(filesystem, plan, cluster, `--prune-data ${id}`)
    // Stowage's default keeps the data in Ceph; from here on the declaration says otherwise.
    mustBeOk(await applyIn(cluster, exposed, { allowDestroy: [id] }))
    const change = (await planLive(plan, cluster)).changes.find((each) => each.id === id)
    if (change?.effect !== 'destroys-data' || change.consent !== `--prune --allow-destroy ${id}` || change.standing?.volumes[0]?.volume !== volume) throw new Error(`plan says of ${id}: ${JSON.stringify(change)}`)
    await expectKept(filesystem, plan, cluster, `--allow-destroy ${id}`, claim)
    mustBeOk(await applyIn(cluster, plan, { prune: true, allowDestroy: [id, ...groupsOf(filesystem, exposed)] }))
    await expectAsPlanned(plan, cluster)
    if ((await cluster.client.find(refOf(filesystem.object))) !== undefined) throw new Error(`${id} is still there, though its name was given`)
    return `${filesystem.object.metadata.name}: kept, refused with ${claim}, then gone`
  },
}

const volume = 'pvc-photos'
const claim = 'default/photos'
const isFilesystem = ({ object }: PlannedObject): boolean => object.kind === 'CephFilesystem'

/** They hold the volumes, and ask for consent of their own. */
function groupsOf({ object }: PlannedObject, { objects }: Plan): readonly string[] {
  return objects.filter((each) => each.object.kind === 'CephFilesystemSubVolumeGroup' && textAt(frozenObject(each.object), 'spec', 'filesystemName') === object.metadata.name).map(({ id }) => id)
}

interface Removal {
  readonly filesystem: PlannedObject
  /** Where deleting the filesystem deletes what is on it. */
  readonly exposed: Plan
  readonly plan: Plan
}

/** The first filesystem without which the rest of the declaration stands. */
function withoutOne({ plan, changed }: Subject): Removal {
  for (const filesystem of plan.objects.filter(isFilesystem)) {
    const { name } = filesystem.object.metadata
    const other = changed((document) => take(document, name))
    const exposed = changed((document) => places(document, name).forEach((path) => document.setIn([...path, 'preserveFilesystemOnDelete'], false)))
    if (other !== undefined && exposed !== undefined && !other.objects.some(({ id }) => id === filesystem.id)) return { filesystem, exposed, plan: other }
  }
  throw new Error('no filesystem of this declaration can be taken out of it')
}

/** Where a declaration says what a filesystem is: with its backend, or with its class. */
function places(document: Document, name: string): readonly (readonly string[])[] {
  const all = [...keysAt(document, 'backends').map((key) => ['spec', 'backends', key, 'rookCeph', 'filesystems', name]), ['spec', 'classes', name, 'filesystem']]
  return all.filter((path) => document.hasIn(path))
}

/** The filesystem, and every class that is on it or brings it. A declaration needs a class: one on a new pool takes the place of the last. */
function take(document: Document, name: string): void {
  const own = keysAt(document, 'classes').filter((key) => key === name || document.getIn(['spec', 'classes', key, 'fsName']) === name)
  for (const path of places(document, name)) document.deleteIn(path)
  for (const key of own) document.deleteIn(['spec', 'classes', key])
  if (keysAt(document, 'classes').length > 0) return
  const ceph = keysAt(document, 'backends').find((key) => document.hasIn(['spec', 'backends', key, 'rookCeph'])) ?? ''
  document.setIn(['spec', 'backends', ceph, 'rookCeph', 'blockPools'], { rest: {} })
  document.setIn(['spec', 'classes'], { rest: { backend: ceph, pool: 'rest' } })
}

function keysAt(document: Document, section: string): readonly string[] {
  const found = document.getIn(['spec', section])
  return isMap(found) ? found.items.map(({ key }) => String(key)) : []
}

/** What a provisioner would have left: a volume on the filesystem, bound to a claim that a pod uses. */
async function putDataOn({ object }: PlannedObject, { api }: LivingCluster): Promise<void> {
  const { name: fsName, namespace = 'default' } = object.metadata
  const capacity = { storage: '10Gi' }
  const spec = { accessModes: ['ReadWriteMany'], capacity, persistentVolumeReclaimPolicy: 'Delete', storageClassName: fsName }
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'photos' }
  await api.create(core.volumes, { metadata: { name: volume }, spec: { ...spec, claimRef, csi: { driver: `${namespace}.cephfs.csi.ceph.com`, volumeHandle: '0001-photos', volumeAttributes: { clusterID: namespace, fsName } } } })
}

/** With everything else that is no longer declared taken away. */
async function expectKept({ id, object }: PlannedObject, plan: Plan, cluster: LivingCluster, ...words: readonly string[]): Promise<void> {
  const result = await applyIn(cluster, plan, { prune: true })
  mustBeOk(result)
  const kept = result.left.find(({ entry }) => entry.id === id)
  if (kept === undefined || !words.every((word) => kept.message.includes(word))) throw new Error(`without consent the apply said of ${id}: ${kept?.message}`)
  const live = await cluster.client.find(refOf(object))
  if (live === undefined || live.metadata?.deletionTimestamp !== undefined) throw new Error(`${id} was deleted without consent`)
}
