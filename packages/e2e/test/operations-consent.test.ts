/** What an apply does only when it is told to, thing by thing, and the proof that it shows before. */
import type { HelmRelease } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import type { AppliableObject, AppliablePlan } from '@stowage/operations'
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { rookCrds } from '@stowage/wire/crds/rook'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { expect, test } from 'vitest'
import { onStage, versions } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const planned = (id: string, object: AppliableObject['object'], rest: Partial<AppliableObject> = {}): AppliableObject => ({ id, object, reason: `because ${id}`, ...rest })
const namespaceObject = planned(`Namespace/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
const classOf = (fields: object, name = 'fast'): AppliableObject => planned(`storage.k8s.io/StorageClass/${name}`, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'proxmox.csi.stowage.dev', parameters: { storage: 'local-zfs' }, reclaimPolicy: 'Retain', ...fields })
const filesystem = (name: string, spec: object = {}): AppliableObject =>
  planned(
    `ceph.rook.io/CephFilesystem/${namespace}/${name}`,
    {
      apiVersion: 'ceph.rook.io/v1',
      kind: 'CephFilesystem',
      metadata: { name, namespace },
      spec: { metadataPool: { replicated: { size: 3 } }, dataPools: [{ name: 'data', replicated: { size: 3 } }], metadataServer: { activeCount: 1 }, preserveFilesystemOnDelete: true, ...spec },
    },
    { holdsData: true },
  )
const plan = (...objects: readonly AppliableObject[]): AppliablePlan => ({ name: 'homelab', namespace, objects: [namespaceObject, ...objects] })

const classRef = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'fast' }

function define({ store }: OperationsStage, definitions: readonly { readonly metadata: { readonly name: string } }[], ...names: readonly string[]): void {
  const api = store.client('installer')
  for (const definition of definitions.filter(({ metadata }) => names.includes(metadata.name))) api.create('customresourcedefinitions.apiextensions.k8s.io', JSON.parse(JSON.stringify(definition)))
}

/** A bound volume of the class on filesystem `shared`, with a pod on it. */
function volumeInUse({ store }: OperationsStage, storageClassName = 'fast'): void {
  const api = store.client('user')
  const csi = { driver: `${namespace}.cephfs.csi.ceph.com`, volumeHandle: 'x', volumeAttributes: { clusterID: namespace, fsName: 'shared' } }
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'photos' }
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pvc-1' }, spec: { accessModes: ['ReadWriteMany'], capacity: { storage: '20Gi' }, storageClassName, csi, claimRef, persistentVolumeReclaimPolicy: 'Retain' } }
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'photos', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], storageClassName, volumeName: 'pvc-1', resources: { requests: { storage: '20Gi' } } } }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'gallery', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'a' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'photos' } }] } }
  api.create('persistentvolumes', volume)
  api.create('persistentvolumeclaims', claim)
  api.create('pods', pod)
}

test('a class whose parameters change is made again only with consent, and its volumes stay', () =>
  onStage(async (stage) => {
    const { client } = stage
    await applyPlan(plan(classOf({})), { client })
    volumeInUse(stage)
    const before = await client.get(classRef)
    const changed = plan(classOf({ parameters: { storage: 'local-lvm' } }))
    const refused = await applyPlan(changed, { client })
    expect(refused.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringMatching(/parameters\.storage cannot change; volumes that exist stay as they were made, in local-zfs.*\(1 volume of it\).*--allow-recreate storage\.k8s\.io\/StorageClass\/fast/) })
    expect((await client.get(classRef)).metadata?.uid).toBe(before.metadata?.uid)
    const done = await applyPlan(changed, { client, allowRecreate: ['fast'] })
    expect(done).toMatchObject({ ok: true })
    const after = await client.get<{ metadata: { uid: string }; parameters: object }>(classRef)
    expect([after.parameters, after.metadata.uid === before.metadata?.uid]).toEqual([{ storage: 'local-lvm' }, false])
    expect(await client.find({ apiVersion: 'v1', kind: 'PersistentVolume', name: 'pvc-1' })).toBeDefined()
    expect(await applyPlan(changed, { client })).toMatchObject({ ok: true, changed: [] })
  }))

test('the way back from a class that was made again holds the class as it was', () =>
  onStage(async ({ client }) => {
    await applyPlan(plan(classOf({})), { client })
    const result = await applyPlan(plan(classOf({ volumeBindingMode: 'WaitForFirstConsumer' })), { client, allowRecreate: ['StorageClass/fast'] })
    const undo = result.outcomes.find(({ step }) => step === 'apply:storage.k8s.io/StorageClass/fast')?.undo ?? ''
    const manifest: unknown = JSON.parse(undo.slice(undo.indexOf('{'), undo.lastIndexOf('}') + 1))
    expect(manifest).toMatchObject({ kind: 'StorageClass', metadata: { name: 'fast' }, parameters: { storage: 'local-zfs' }, volumeBindingMode: 'Immediate' })
    expect(manifest).not.toHaveProperty('metadata.uid')
  }))

test('interrupted anywhere while a class is made again, the next run ends with the class as planned', async () => {
  const changed = plan(classOf({ parameters: { storage: 'local-lvm' } }))
  for (let stopAt = 1; stopAt <= 14; stopAt++) {
    await onStage(async ({ client, world }) => {
      await applyPlan(plan(classOf({})), { client })
      const stop = new AbortController()
      let seen = 0
      world.faults.http = () => (++seen === stopAt && stop.abort(new Error('interrupted')), 'deliver')
      await applyPlan(changed, { client, allowRecreate: ['fast'], signal: stop.signal }).catch(() => undefined)
      world.faults.http = undefined
      expect(await applyPlan(changed, { client, allowRecreate: ['fast'] }), `stopped at request ${stopAt}`).toMatchObject({ ok: true })
      expect(await client.get(classRef)).toMatchObject({ parameters: { storage: 'local-lvm' } })
      expect(await applyPlan(changed, { client })).toMatchObject({ changed: [] })
    })
  }
})

test('a class that others installed with the same content is adopted, not made again', () =>
  onStage(async ({ client, store }) => {
    store.client('helm').create('storageclasses.storage.k8s.io', JSON.parse(JSON.stringify(classOf({}).object)))
    const before = await client.get(classRef)
    expect(await applyPlan(plan(classOf({})), { client })).toMatchObject({ ok: true })
    expect((await client.get(classRef)).metadata?.uid).toBe(before.metadata?.uid)
  }))

test('what would destroy data is refused with the proof of what would be lost, and named consent is for one thing only', () =>
  onStage(async (stage) => {
    const { client } = stage
    define(stage, rookCrds, 'cephfilesystems.ceph.rook.io')
    await applyPlan(plan(filesystem('shared'), filesystem('other')), { client })
    volumeInUse(stage)
    const careless = plan(filesystem('shared', { preserveFilesystemOnDelete: false }), filesystem('other', { preserveFilesystemOnDelete: false }))
    const refused = await applyPlan(careless, { client })
    expect(refused.outcomes.at(-1)).toMatchObject({
      state: 'blocked',
      message: expect.stringMatching(/deleting the object deletes its data.*What is on it: 1 volume, 20Gi in all: default\/photos \(20Gi, used by default\/gallery, whether a backup holds it is not known\).*not known: the cluster has no Backup of velero\.io\/v1.*--allow-destroy ceph\.rook\.io\/CephFilesystem\/storage-system\/shared/),
    })
    const half = await applyPlan(careless, { client, allowDestroy: ['shared'] })
    expect(half.outcomes.at(-1)).toMatchObject({ step: `apply:ceph.rook.io/CephFilesystem/${namespace}/other`, state: 'blocked', message: expect.stringContaining('no volume is known to be on it') })
    expect(await applyPlan(careless, { client, allowDestroy: ['shared', 'CephFilesystem/other'] })).toMatchObject({ ok: true })
  }))

test('the proof names the last backup of a volume’s namespace when Velero is there', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    define(stage, rookCrds, 'cephfilesystems.ceph.rook.io')
    define(stage, veleroCrds, 'backups.velero.io')
    await applyPlan(plan(filesystem('shared')), { client })
    volumeInUse(stage)
    const api = store.client('velero')
    for (const [name, phase, at, included] of [['old', 'Completed', '2026-01-01T00:00:00Z', '*'], ['new', 'Completed', '2026-02-01T00:00:00Z', 'default'], ['failed', 'Failed', '2026-03-01T00:00:00Z', '*'], ['elsewhere', 'Completed', '2026-04-01T00:00:00Z', 'apps']] as const) {
      api.create('backups.velero.io', JSON.parse(JSON.stringify({ apiVersion: 'velero.io/v1', kind: 'Backup', metadata: { name, namespace }, spec: { includedNamespaces: [included] }, status: { phase, completionTimestamp: at } })))
    }
    const refused = await applyPlan(plan(filesystem('shared', { preserveFilesystemOnDelete: false })), { client })
    expect(refused.outcomes.at(-1)?.message).toContain('last backup of its namespace: new, 2026-02-01T00:00:00Z')
  }))

test('a filesystem that left the plan stays with --prune and with --prune-data, and goes when it is named', () =>
  onStage(async (stage) => {
    const { client } = stage
    define(stage, rookCrds, 'cephfilesystems.ceph.rook.io')
    await applyPlan(plan(filesystem('shared', { preserveFilesystemOnDelete: false })), { client })
    volumeInUse(stage)
    const id = `ceph.rook.io/CephFilesystem/${namespace}/shared`
    const ref = { apiVersion: 'ceph.rook.io/v1', kind: 'CephFilesystem', namespace, name: 'shared' }
    for (const consent of [{}, { prune: true }, { prune: true, pruneData: [id] }, { allowDestroy: [id] }]) {
      const kept = await applyPlan(plan(), { client, ...consent })
      expect(kept.left, JSON.stringify(consent)).toMatchObject([{ entry: { id }, message: expect.stringMatching(/Rook deletes filesystem shared.*1 volume, 20Gi.*--prune --allow-destroy/) }])
      expect(await client.find(ref)).toBeDefined()
    }
    expect(await applyPlan(plan(), { client, prune: true, allowDestroy: [id] })).toMatchObject({ ok: true, left: [] })
    expect(await client.find(ref)).toBeUndefined()
  }))

test('a consent that names nothing, or two things, is an error and not a consent', () =>
  onStage(async ({ client }) => {
    const two = plan(classOf({}, 'shared'), planned('ConfigMap/default/shared', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', namespace: 'default' } }))
    await expect(applyPlan(two, { client, allowDestroy: ['shred'] })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('--allow-destroy shred: there is nothing of that name') })
    await expect(applyPlan(two, { client, allowRecreate: ['shared'] })).rejects.toMatchObject({ message: expect.stringContaining('could mean storage.k8s.io/StorageClass/shared or ConfigMap/default/shared') })
    expect(await applyPlan(two, { client, allowRecreate: ['StorageClass/shared'] })).toMatchObject({ ok: true })
  }))

test('claims are pruned before their volumes, so that none waits for the other', () =>
  onStage(async (stage) => {
    const { client } = stage
    const volume = planned('PersistentVolume/v', { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'fast', csi: { driver: 'd', volumeHandle: 'h' }, persistentVolumeReclaimPolicy: 'Retain' } }, { holdsData: true })
    const claim = planned('PersistentVolumeClaim/default/c', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', volumeName: 'v', resources: { requests: { storage: '1Gi' } } } }, { holdsData: true })
    await applyPlan(plan(volume, claim), { client })
    const result = await applyPlan(plan(), { client, prune: true, pruneData: [volume.id, claim.id], dryRun: true })
    expect(result.outcomes.filter(({ step }) => step.startsWith('prune:')).map(({ step }) => step)).toEqual([`prune:${claim.id}`, `prune:${volume.id}`])
  }))

const snapshots = externalSnapshotterCrds.find(({ metadata }) => metadata.name === 'volumesnapshotclasses.snapshot.storage.k8s.io')
const definitionOf = (change: (definition: { spec: { versions: { name: string }[] }; metadata: { annotations?: Record<string, string> } }) => void): AppliableObject['object'] => {
  const copy = JSON.parse(JSON.stringify(snapshots))
  change(copy)
  return copy
}
const crd = planned('apiextensions.k8s.io/CustomResourceDefinition/volumesnapshotclasses.snapshot.storage.k8s.io', definitionOf(() => {}))

test('a definition that others installed stays as it is when it has the versions that are needed', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    store.client('rke2').create('customresourcedefinitions.apiextensions.k8s.io', JSON.parse(JSON.stringify(definitionOf(({ metadata }) => (metadata.annotations = { ...metadata.annotations, theirs: 'yes', 'controller-gen.kubebuilder.io/version': 'v0.99.0' })))))
    const before = versionsOfDefinitions(stage)
    const result = await applyPlan(plan(crd), { client })
    expect(result.outcomes.find(({ step }) => step === `apply:${crd.id}`)).toMatchObject({ state: 'unchanged', message: expect.stringMatching(/was installed by rke2, differs from ours \(made with controller-gen v0\.99\.0, ours with .*\) and has the versions that are needed \(v1.*it stays as it is/) })
    expect(versionsOfDefinitions(stage)).toEqual(before)
    expect(await applyPlan(plan(crd), { client, adopt: ['volumesnapshotclasses.snapshot.storage.k8s.io'] })).toMatchObject({ ok: true })
  }))

test('a definition that others installed without a version that is needed stops the apply', () =>
  onStage(async ({ client, store }) => {
    const older = definitionOf((definition) => (definition.spec.versions = definition.spec.versions.map((version) => ({ ...version, name: 'v1alpha9' }))))
    store.client('rke2').create('customresourcedefinitions.apiextensions.k8s.io', JSON.parse(JSON.stringify(older)))
    const result = await applyPlan(plan(crd), { client })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringMatching(/was installed by rke2 and has v1alpha9.*but not v1/) })
  }))

/** What somebody wrote; the server itself goes on to write its status. */
function versionsOfDefinitions({ store }: OperationsStage): readonly string[] {
  return store.client('looker').list('customresourcedefinitions.apiextensions.k8s.io').map(({ metadata, ...object }) => JSON.stringify([metadata.annotations, Reflect.get(object, 'spec')]))
}

test('host actions are named with the commands that do them, and none is done', () =>
  onStage(async (stage) => {
    const hostActions = [
      { id: 'proxmox/pve/role/StowageCSI', backend: 'pve', action: { kind: 'role', role: 'StowageCSI', privileges: ['VM.Audit', 'Datastore.Allocate'] }, reason: '', dependsOn: [] },
      { id: 'proxmox/pve/acl', backend: 'pve', action: { kind: 'acl', path: '/storage/local-zfs', role: 'StowageCSI', token: 'csi@pve!csi', propagate: false }, reason: '', dependsOn: [] },
    ] as const
    const result = await applyPlan({ ...plan(), hostActions }, { client: stage.client })
    expect(result.byHand.map(({ command }) => command)).toEqual(["pveum role add StowageCSI --privs 'VM.Audit,Datastore.Allocate'", "pveum acl modify /storage/local-zfs --roles StowageCSI --tokens 'csi@pve!csi' --propagate 0"])
  }))

test('a plan with releases and no access to helm stops before anything is changed', () =>
  onStage(async (stage) => {
    const before = versions(stage)
    const release: HelmRelease = { id: 'helm/a/b', phase: 'operators', name: 'b', namespace: 'a', chart: { name: 'b', repository: 'r', version: '1.0.0' }, values: {}, reason: '', dependsOn: [], holdsData: false, losing: '', crds: [] }
    expect((await applyPlan({ ...plan(), helmReleases: [release] }, { client: stage.client })).outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('helm/a/b') })
    expect(versions(stage)).toEqual(before)
  }))

test('a namespace in which others have claims is data, even when the plan had none there', () =>
  onStage(async ({ client, store }) => {
    const metadata = { name: 'apps', labels: { a: 'b' } }
    const extra = planned('Namespace/apps', { apiVersion: 'v1', kind: 'Namespace', metadata })
    await applyPlan(plan(extra), { client })
    const free = await applyPlan(plan(), { client, prune: true })
    expect(free.left).toMatchObject([{ entry: { id: extra.id }, message: expect.stringContaining('--prune-data Namespace/apps') }])
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'theirs' }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' }, persistentVolumeReclaimPolicy: 'Delete', csi: { driver: 'd', volumeHandle: 'h' }, claimRef: { namespace: 'apps', name: 'theirs' } } }
    store.client('user').create('persistentvolumes', volume)
    const kept = await applyPlan(plan(), { client, prune: true, pruneData: [extra.id] })
    expect(kept.left).toMatchObject([{ entry: { id: extra.id }, message: expect.stringMatching(/the data of 1 volume whose policy is not Retain\. What is on it: 1 volume, 5Gi in all: apps\/theirs.*--prune --allow-destroy Namespace\/apps/) }])
  }))
