/** Plan against a living cluster, and drift: what changed, by whom, and what is nobody's fault. */
import { textResponse } from '@stowage/effects'
import { KubernetesClient } from '@stowage/kubernetes'
import type { HelmRelease, Plan, PlannedObject } from '@stowage/module'
import { applyPlan, findDrift, planLive } from '@stowage/operations'
import type { ApplyPlanOptions } from '@stowage/operations'
import { rookCrds } from '@stowage/wire/crds/rook'
import { expect, test } from 'vitest'
import { fakeHelm } from './fake-helm.ts'
import { onStage, server, versions } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const planned = (id: string, phase: PlannedObject['phase'], object: PlannedObject['object'], rest: Partial<PlannedObject> = {}): PlannedObject => ({ id, phase, object, reason: `because ${id}`, dependsOn: [], holdsData: false, losing: '', ...rest })
const namespaceObject = planned(`Namespace/${namespace}`, 'namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
const config = planned(`ConfigMap/${namespace}/config`, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', namespace }, data: { mode: 'fast', level: '3' } })
const classId = 'storage.k8s.io/StorageClass/shared'
const sharedClass = (parameters: Readonly<Record<string, string>> = { fsName: 'shared' }): PlannedObject =>
  planned(classId, 'classes', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'shared' }, provisioner: `${namespace}.cephfs.csi.ceph.com`, parameters, reclaimPolicy: 'Retain' }, { dependsOn: [] })
const workload = planned(`apps/Deployment/${namespace}/controller`, 'workloads', {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'controller', namespace },
  spec: { selector: { matchLabels: { app: 'c' } }, template: { metadata: { labels: { app: 'c' } }, spec: { containers: [{ name: 'driver', image: 'driver:1' }] } } },
})
const filesystem = (name: string, spec: object = {}, rest: Partial<PlannedObject> = {}): PlannedObject =>
  planned(
    `ceph.rook.io/CephFilesystem/${namespace}/${name}`,
    'pools',
    { apiVersion: 'ceph.rook.io/v1', kind: 'CephFilesystem', metadata: { name, namespace }, spec: { metadataPool: { replicated: { size: 3 } }, dataPools: [{ name: 'a', replicated: { size: 3 } }, { name: 'b', replicated: { size: 3 } }, { name: 'c', replicated: { size: 3 } }], metadataServer: { activeCount: 1 }, preserveFilesystemOnDelete: true, ...spec } },
    { holdsData: true, ...rest },
  )
const release = (version = '1.0.0', values: Readonly<Record<string, unknown>> = { level: 'INFO' }): HelmRelease => ({ id: `helm/${namespace}/operator`, phase: 'operators', name: 'operator', namespace, chart: { name: 'operator', repository: 'https://charts', version }, values, reason: 'runs it', dependsOn: [], holdsData: false, losing: '', crds: [] })
const plan = (objects: readonly PlannedObject[] = [config, sharedClass(), workload], helmReleases: readonly HelmRelease[] = []): Plan => ({ name: 'homelab', namespace, objects: [namespaceObject, ...objects], needs: [], helmReleases, hostActions: [], secrets: [], notes: [] })

interface Stage extends OperationsStage {
  readonly options: ApplyPlanOptions
  readonly ask: { readonly client: OperationsStage['client']; readonly helm: NonNullable<ApplyPlanOptions['helm']> }
}

const onDriftStage = (body: (stage: Stage) => Promise<void>): Promise<void> =>
  onStage(async (stage) => {
    const { world, store, client } = stage
    const machine = world.process('helm')
    const { program } = fakeHelm(store.client('helm'), machine.effects.files, machine.effects.clock, { operator: { versions: ['1.0.0', '1.1.0'], objects: [] } })
    const { effects } = world.process('cli', {}, { programs: { helm: program } })
    await effects.files.makeDirectory('/private')
    const helm = { programs: effects.programs, files: effects.files, random: effects.random, directory: '/private' }
    for (const name of ['cephfilesystems.ceph.rook.io']) store.client('installer').create('customresourcedefinitions.apiextensions.k8s.io', JSON.parse(JSON.stringify(rookCrds.find(({ metadata }) => metadata.name === name))))
    await body({ ...stage, options: { client, helm, wait: false }, ask: { client, helm } })
  })

const edit = ({ store }: OperationsStage, resource: string, name: string, body: object, within: string | undefined = namespace): void => void store.client('kubectl-edit').patch(resource, name, within, 'application/merge-patch+json', body)

test('after an apply there is no drift and nothing to change, and asking writes nothing', () =>
  onDriftStage(async (stage) => {
    const whole = plan(undefined, [release()])
    await applyPlan(whole, stage.options)
    const before = versions(stage)
    const report = await findDrift(whole, stage.ask)
    expect(report).toMatchObject({ drifts: [], adoptable: [], foreign: [], unknown: [] })
    expect(await planLive(whole, stage.ask)).toMatchObject({ changes: [], adopted: [], foreign: [], unknown: [] })
    expect(versions(stage)).toEqual(before)
  }))

test('one field edited by hand is the one drift, with who did it and when', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    edit(stage, 'configmaps', 'config', { data: { mode: 'slow', note: 'mine' } })
    const { drifts, others } = await findDrift(plan(), stage.ask)
    expect(drifts).toEqual([
      { id: config.id, kind: 'changed', sentence: expect.stringMatching(/^changed by kubectl-edit at \d{4}-/), fields: [{ field: 'data.mode', declared: 'fast', living: 'slow', cause: 'edited', by: { manager: 'kubectl-edit', at: expect.stringMatching(/^\d{4}-/) } }] },
    ])
    expect(others[config.id]).toEqual({ foreign: [{ field: 'data.mode', manager: 'kubectl-edit' }, { field: 'data.note', manager: 'kubectl-edit' }], defaults: [] })
  }))

test('what the server fills in and what others set beside us is no drift', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    edit(stage, 'deployments.apps', 'controller', { metadata: { annotations: { theirs: 'yes' } } })
    const { drifts, others } = await findDrift(plan(), stage.ask)
    expect(drifts).toEqual([])
    expect(others[workload.id]?.foreign).toContainEqual({ field: 'metadata.annotations.theirs', manager: 'kubectl-edit' })
    expect(others[workload.id]?.defaults).toContain('spec.replicas')
  }))

test('a field that was taken away, an object that is gone, and one that is left over are each told as what they are', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    edit(stage, 'configmaps', 'config', { data: { level: null } })
    await stage.client.remove({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'controller', namespace })
    const { drifts } = await findDrift(plan([config, workload]), stage.ask)
    expect(drifts.map(({ id, kind }) => `${kind} ${id}`)).toEqual([`changed ${config.id}`, `missing ${workload.id}`, `extra ${classId}`])
    expect(drifts[0]?.fields).toMatchObject([{ field: 'data.level', declared: '3', cause: 'absent' }])
    expect(drifts[0]?.sentence).toBe('data.level is not there: taken away, or declared since the last apply')
  }))

test('what has changed in the declaration is told apart from what somebody edited', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    edit(stage, 'configmaps', 'config', { data: { mode: 'slow' } })
    const newer = planned(config.id, 'config', { ...config.object, data: { mode: 'fast', level: '4' } })
    const { drifts } = await findDrift(plan([newer, sharedClass(), workload]), stage.ask)
    expect(drifts).toHaveLength(1)
    expect(drifts[0]?.fields.map(({ field, cause }) => `${field} ${cause}`).toSorted()).toEqual(['data.level declaration', 'data.mode edited'])
  }))

test('a class that was made again by hand drifts in what cannot be changed in place', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    await stage.client.remove({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'shared' })
    stage.store.client('kubectl-create').create('storageclasses.storage.k8s.io', JSON.parse(JSON.stringify(sharedClass({ fsName: 'other' }).object)))
    expect((await findDrift(plan(), stage.ask)).drifts).toMatchObject([{ id: classId, kind: 'changed', fields: [{ field: 'parameters.fsName', declared: 'shared', living: 'other', by: { manager: 'kubectl-create' } }] }])
  }))

test('what others made as declared can be adopted and is not drift', () =>
  onDriftStage(async (stage) => {
    stage.store.client('helm').create('storageclasses.storage.k8s.io', JSON.parse(JSON.stringify(sharedClass().object)))
    const only = plan([sharedClass()])
    await applyPlan(plan([]), stage.options)
    expect(await findDrift(only, stage.ask)).toMatchObject({ drifts: [], adoptable: [classId] })
    expect(await planLive(only, stage.ask)).toMatchObject({ changes: [], adopted: [classId] })
  }))

test('a release drifts by its version, its values, and by being gone', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan([], [release()]), stage.options)
    const declared = plan([], [release('1.1.0', { level: 'DEBUG' })])
    expect((await findDrift(declared, stage.ask)).drifts).toMatchObject([{ kind: 'release', fields: [{ field: 'chart.version', declared: '1.1.0', living: '1.0.0' }, { field: 'values.level', declared: 'DEBUG', living: 'INFO' }] }])
    expect((await planLive(declared, stage.ask)).changes).toMatchObject([{ action: 'update', effect: 'safe', sentence: expect.stringContaining('upgraded from 1.0.0 to 1.1.0') }])
    await stage.ask.helm.programs.run({ program: 'helm', args: ['uninstall', 'operator', '--namespace', namespace], timeoutMs: 1_000 })
    expect((await findDrift(declared, stage.ask)).drifts).toMatchObject([{ kind: 'missing' }])
  }))

test('without helm the releases are unknown, not absent', () =>
  onDriftStage(async ({ client }) => {
    expect(await findDrift(plan([], [release()]), { client })).toMatchObject({ unknown: [expect.stringContaining('there is no helm here')] })
    expect((await planLive(plan([], [release()]), { client })).unknown[0]).toContain('there is no helm here')
  }))

test('against a living cluster each change says what it means, what stands on it, and what an apply needs to be told', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan([filesystem('shared'), sharedClass()]), stage.options)
    const api = stage.store.client('user')
    const csi = { driver: `${namespace}.cephfs.csi.ceph.com`, volumeHandle: 'x', volumeAttributes: { clusterID: namespace, fsName: 'shared' } }
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pvc-1' }, spec: { accessModes: ['ReadWriteMany'], capacity: { storage: '20Gi' }, storageClassName: 'shared', csi, claimRef: { namespace: 'default', name: 'photos' }, persistentVolumeReclaimPolicy: 'Retain' } }
    api.create('persistentvolumes', volume)
    const { changes } = await planLive(plan([filesystem('shared', { preserveFilesystemOnDelete: false }), sharedClass({ fsName: 'other' })]), stage.ask)
    expect(changes).toMatchObject([
      { id: `ceph.rook.io/CephFilesystem/${namespace}/shared`, action: 'update', effect: 'destroys-data', consent: `--allow-destroy ceph.rook.io/CephFilesystem/${namespace}/shared`, standing: { volumes: [{ volume: 'pvc-1', claim: 'default/photos', size: '20Gi' }] } },
      { id: classId, effect: 'recreate', consent: `--allow-recreate ${classId}`, standing: { volumes: [{ volume: 'pvc-1' }] }, fields: [{ field: 'parameters.fsName', before: 'shared', after: 'other' }] },
    ])
    const removal = await planLive(plan([sharedClass()]), stage.ask)
    expect(removal.changes).toMatchObject([{ action: 'remove', effect: 'recreate', interrupts: true, consent: `--prune --prune-data ceph.rook.io/CephFilesystem/${namespace}/shared` }])
  }))

test('the same pools in another order are no change, and another first pool is one that Ceph cannot make', () =>
  onDriftStage(async (stage) => {
    const pool = (name: string): object => ({ name, replicated: { size: 3 } })
    await applyPlan(plan([filesystem('shared')]), stage.options)
    const ordered = (names: string): Plan => plan([filesystem('shared', { dataPools: [...names].map(pool) })])
    expect((await planLive(ordered('acb'), stage.ask)).changes).toEqual([])
    expect((await findDrift(ordered('acb'), stage.ask)).drifts).toEqual([])
    expect(await applyPlan(ordered('acb'), stage.options)).toMatchObject({ ok: true, changed: [] })
    expect((await planLive(ordered('bac'), stage.ask)).changes).toMatchObject([{ effect: 'migrate', sentence: expect.stringContaining('the first data pool') }])
  }))

test('a rename is one change in a living cluster, too, and the old one stays until it is named', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan([filesystem('shared', { preserveFilesystemOnDelete: false })]), stage.options)
    const old = `ceph.rook.io/CephFilesystem/${namespace}/shared`
    const renamed = plan([filesystem('files', { preserveFilesystemOnDelete: false }, { renamedFrom: old })])
    expect((await planLive(renamed, stage.ask)).changes).toMatchObject([{ action: 'rename', renamedFrom: old, effect: 'migrate', sentence: expect.stringContaining('Rook renames no filesystem') }])
    const result = await applyPlan(renamed, { ...stage.options, prune: true })
    expect(result).toMatchObject({ ok: true, left: [{ entry: { id: old }, message: expect.stringContaining(`(it is ceph.rook.io/CephFilesystem/${namespace}/files now)`) }] })
    expect(await stage.client.find({ apiVersion: 'ceph.rook.io/v1', kind: 'CephFilesystem', namespace, name: 'shared' })).toBeDefined()
  }))

test('what others own is told with the flag that would take it', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    edit(stage, 'configmaps', 'config', { data: { mode: 'slow' } })
    expect((await planLive(plan(), stage.ask)).changes).toMatchObject([{ id: config.id, conflicts: [{ manager: 'kubectl-edit', field: '.data.mode' }], consent: '--force-conflicts', fields: [{ field: 'data.mode', before: 'slow', after: 'fast' }] }])
  }))

test('who may read and not write sees the drift, too', () =>
  onDriftStage(async (stage) => {
    await applyPlan(plan(), stage.options)
    edit(stage, 'configmaps', 'config', { data: { mode: 'slow', note: 'mine' } })
    const reader = stage.world.process('reader')
    const http: typeof reader.effects.http = {
      request: async (request) =>
        request.method === 'GET' ? reader.effects.http.request(request) : textResponse(403, JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'user "reader" cannot patch', code: 403 }), { 'content-type': 'application/json' }),
    }
    const client = new KubernetesClient({ server, http, clock: reader.effects.clock })
    const { drifts, unknown } = await findDrift(plan(), { client })
    expect(drifts).toMatchObject([{ id: config.id, fields: [{ field: 'data.mode', declared: 'fast', living: 'slow', by: { manager: 'kubectl-edit' } }] }])
    expect(unknown).toEqual([])
  }))

test('a Secret that an apply has made, or that must be there, is missed when it is gone, and its content is told nobody', () =>
  onStage(async (stage) => {
    const { client } = stage
    const wanted: Plan = {
      ...plan([config]),
      secrets: [{ namespace, name: 'made', key: 'password', source: { from: 'environment', variable: 'X' }, reason: 'opens the backups', before: [] }, { namespace, name: 'half', key: 'password', source: { from: 'environment', variable: 'X' }, reason: 'opens the backups', before: [] }],
      needs: [{ kind: 'Secret', namespace, name: 'given', reason: 'the driver’s token' }],
    }
    await applyPlan(plan([config]), { client })
    for (const name of ['made', 'half', 'given']) await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data: { [name === 'half' ? 'other' : 'password']: 'Y2FuYXJ5' } })
    const some = await findDrift(wanted, { client })
    expect(some.drifts).toEqual([{ id: `Secret/${namespace}/half`, kind: 'changed', sentence: 'is there without password', fields: [] }])
    for (const name of ['made', 'given']) await client.remove({ apiVersion: 'v1', kind: 'Secret', namespace, name })
    const { drifts } = await findDrift(wanted, { client })
    expect(drifts.map(({ id, kind, sentence }) => [id, kind, sentence])).toEqual([
      [`Secret/${namespace}/made`, 'missing', 'is gone: opens the backups'],
      [`Secret/${namespace}/half`, 'changed', 'is there without password'],
      [`Secret/${namespace}/given`, 'missing', 'must be there and is not: the driver’s token'],
    ])
    expect(JSON.stringify([some, drifts])).not.toMatch(/canary|Y2FuYXJ5/)
  }))
