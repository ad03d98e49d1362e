/** Attacks on apply: what changes between a look and the act, consent that would cover more than it names, objects of others. */
import { applyPlan } from '@stowage/operations'
import type { AppliableObject, AppliablePlan } from '@stowage/operations'
import { expect, test } from 'vitest'
import { onStage } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const planned = (id: string, object: AppliableObject['object'], rest: Partial<AppliableObject> = {}): AppliableObject => ({ id, object, reason: `because ${id}`, ...rest })
const namespaceObject = planned(`Namespace/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
const plan = (...objects: readonly AppliableObject[]): AppliablePlan => ({ name: 'homelab', namespace, objects: [namespaceObject, ...objects] })
const classOf = (fields: object = {}, name = 'fast'): AppliableObject => planned(`storage.k8s.io/StorageClass/${name}`, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'proxmox.csi.stowage.dev', parameters: { storage: 'local-zfs' }, reclaimPolicy: 'Retain', ...fields })
const appsMetadata = { name: 'apps', labels: { a: 'b' } }
const apps = planned('Namespace/apps', { apiVersion: 'v1', kind: 'Namespace', metadata: appsMetadata })
const config = (name: string): AppliableObject => planned(`ConfigMap/${namespace}/${name}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { a: 'b' } })

const volumeOf = (claimNamespace: string, policy = 'Delete') => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'theirs' }, spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' }, persistentVolumeReclaimPolicy: policy, csi: { driver: 'd', volumeHandle: 'h' }, claimRef: { namespace: claimNamespace, name: 'theirs' } } })

/** Calls once, when a request of that kind is on its way for the first time. */
function when({ world }: OperationsStage, method: string, path: RegExp, act: () => void): void {
  let done = false
  world.faults.http = (request) => {
    if (!done && request.method === method && path.test(new URL(request.url).pathname)) {
      done = true
      act()
    }
    return 'deliver'
  }
}

test('a claim that comes into a namespace after the apply has looked keeps the namespace', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    await applyPlan(plan(apps), { client })
    when(stage, 'PATCH', /configmaps\/late$/, () => void store.client('user').create('persistentvolumes', volumeOf('apps')))
    const result = await applyPlan(plan(config('late')), { client, prune: true, pruneData: ['Namespace/apps'] })
    expect(await client.find({ apiVersion: 'v1', kind: 'Namespace', name: 'apps' })).not.toHaveProperty('metadata.deletionTimestamp')
    expect(result.ok).toBe(false)
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringMatching(/--allow-destroy Namespace\/apps/) })
  }))

test('an object of somebody else that has taken the name since the look is not pruned', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    await applyPlan(plan(config('old')), { client })
    let asked = 0
    stage.world.faults.http = (request) => {
      // The look of the pruning step is over; before it deletes, the object goes and another of its name comes.
      if (request.method === 'GET' && new URL(request.url).pathname.endsWith('configmaps/old') && ++asked === 3) {
        const api = store.client('somebody')
        api.delete('configmaps', 'old', namespace)
        const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'old', namespace }, data: { theirs: 'precious' } }
        api.create('configmaps', theirs)
      }
      return 'deliver'
    }
    await applyPlan(plan(), { client, prune: true })
    expect(await client.find({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'old' })).toMatchObject({ data: { theirs: 'precious' } })
  }))

test('a class is not deleted when the server would refuse the one that is to take its place', () =>
  onStage(async ({ client }) => {
    await applyPlan(plan(classOf()), { client })
    const wrong = plan(classOf({ parameters: { storage: 'local-lvm' }, volumeBindingMode: 'WhenItLikes' }))
    const result = await applyPlan(wrong, { client, allowRecreate: ['fast'] })
    expect(result.ok).toBe(false)
    expect(await client.find({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'fast' })).toMatchObject({ parameters: { storage: 'local-zfs' } })
  }))

test('a class of somebody else is not made again without its owner being named', () =>
  onStage(async ({ client, store }) => {
    const theirs = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'nfs.csi.k8s.io', parameters: { server: 'nas' } }
    store.client('helm').create('storageclasses.storage.k8s.io', theirs)
    const result = await applyPlan(plan(classOf()), { client, allowRecreate: ['fast'] })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringMatching(/was made by helm.*--adopt storage\.k8s\.io\/StorageClass\/fast --allow-recreate/) })
    expect(await client.find({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'fast' })).toMatchObject({ parameters: { server: 'nas' } })
    expect(await applyPlan(plan(classOf()), { client, allowRecreate: ['fast'], adopt: ['fast'] })).toMatchObject({ ok: true })
    expect(await client.find({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'fast' })).toMatchObject({ parameters: { storage: 'local-zfs' } })
  }))

test('what two declarations made stays as long as one of them declares it', () =>
  onStage(async ({ client }) => {
    const shared = config('shared')
    await applyPlan(plan(shared), { client })
    await applyPlan({ ...plan(shared), name: 'other' }, { client })
    const result = await applyPlan({ ...plan(), name: 'other' }, { client, prune: true })
    expect(await client.find({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'shared' })).toBeDefined()
    expect(result).toMatchObject({ ok: true, left: [{ entry: { id: shared.id }, message: expect.stringContaining('homelab') }] })
  }))

test('a name after --prune-data that means nothing is an error', () =>
  onStage(async ({ client }) => {
    await expect(applyPlan(plan(), { client, prune: true, pruneData: ['Namespace/aps'] })).rejects.toThrow(/--prune-data Namespace\/aps/)
  }))

test('a namespace with a Secret in it that no apply can make again goes only when it is named as data', () =>
  onStage(async ({ client, store }) => {
    await applyPlan(plan(apps), { client })
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'velero-repo-credentials', namespace: 'apps' }, data: { 'repository-password': 'eA==' } }
    store.client('somebody').create('secrets', secret)
    const result = await applyPlan(plan(), { client, prune: true, pruneData: ['Namespace/apps'] })
    expect(result.left).toMatchObject([{ message: expect.stringMatching(/velero-repo-credentials/) }])
    expect(await client.find({ apiVersion: 'v1', kind: 'Secret', namespace: 'apps', name: 'velero-repo-credentials' })).toBeDefined()
  }))
