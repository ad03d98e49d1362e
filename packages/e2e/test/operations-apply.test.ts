import { KubernetesClient } from '@stowage/kubernetes'
import { applyPlan } from '@stowage/operations'
import type { AppliableObject, AppliablePlan, InventoryEntry, StepEvent } from '@stowage/operations'
import { InventoryStore } from '@stowage/operations/apply/inventory-store'
import { expect, test } from 'vitest'
import { onStage, server, versions } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'

function planned(id: string, object: AppliableObject['object'], rest: Partial<AppliableObject> = {}): AppliableObject {
  return { id, object, reason: `because ${id}`, ...rest }
}

const namespaceObject = planned('Namespace/storage-system', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
const config = planned('ConfigMap/storage-system/config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', namespace }, data: { mode: 'fast' } }, { dependsOn: ['Namespace/storage-system'] })
const storageClass = planned('storage.k8s.io/StorageClass/fast', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'proxmox.csi.stowage.dev', parameters: { storage: 'local-zfs' }, reclaimPolicy: 'Retain' })
const volume = planned(
  'PersistentVolume/photos',
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'photos' },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, storageClassName: 'fast', csi: { driver: 'proxmox.csi.stowage.dev', volumeHandle: 'pve/n1/local-zfs/vm-1-photos' }, persistentVolumeReclaimPolicy: 'Retain' },
  },
  { holdsData: true },
)

const plan = (...objects: readonly AppliableObject[]): AppliablePlan => ({ name: 'homelab', namespace, objects })
const whole = plan(namespaceObject, config, storageClass, volume)

async function find(stage: OperationsStage, kind: string, name: string, apiVersion = 'v1', within?: string): Promise<object | undefined> {
  return stage.client.find({ apiVersion, kind, name, ...(within !== undefined && { namespace: within }) })
}

test('a plan is made true, and a second run changes nothing', () =>
  onStage(async (stage) => {
    const first = await applyPlan(whole, { client: stage.client })
    expect(first).toMatchObject({ ok: true })
    expect(await find(stage, 'StorageClass', 'fast', 'storage.k8s.io/v1')).toMatchObject({ parameters: { storage: 'local-zfs' } })
    const before = versions(stage)
    const second = await applyPlan(whole, { client: stage.client })
    expect(second).toMatchObject({ ok: true, changed: [] })
    expect(versions(stage)).toEqual(before)
  }))

test('events tell each step with its time, in the order of what depends on what', () =>
  onStage(async ({ client }) => {
    const events: StepEvent[] = []
    await applyPlan(plan(config, namespaceObject, storageClass), { client, listener: (event) => events.push(event) })
    const changed = events.filter(({ state }) => state === 'changed').map(({ title }) => title)
    expect(changed).toEqual(['Namespace storage-system', 'the inventory lists what will be made', 'ConfigMap storage-system/config', 'StorageClass fast'])
    expect(events.every(({ elapsedMs }) => elapsedMs >= 0)).toBe(true)
  }))

test('what others took away is put back, and what they added stays', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    await applyPlan(whole, { client })
    store.client('kubectl-edit').patch('configmaps', 'config', namespace, 'application/merge-patch+json', { data: { mode: null, note: 'mine' } })
    const result = await applyPlan(whole, { client })
    expect(result.outcomes.find(({ step }) => step === `apply:${config.id}`)).toMatchObject({ state: 'changed' })
    expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toMatchObject({ data: { mode: 'fast', note: 'mine' } })
  }))

test('a field that someone else owns is a conflict in plain words, and nothing after it is done', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    await applyPlan(plan(namespaceObject, config), { client })
    store.client('kubectl-edit').patch('configmaps', 'config', namespace, 'application/merge-patch+json', { data: { mode: 'slow' } })
    const result = await applyPlan(whole, { client })
    expect(result.ok).toBe(false)
    const blocked = result.outcomes.at(-1)
    expect(blocked).toMatchObject({ state: 'blocked', step: `apply:${config.id}` })
    expect(blocked?.message).toContain('kubectl-edit owns .data.mode')
    expect(await find(stage, 'StorageClass', 'fast', 'storage.k8s.io/v1')).toBeUndefined()
    expect(await applyPlan(whole, { client, forceConflicts: true })).toMatchObject({ ok: true })
    expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toMatchObject({ data: { mode: 'fast' } })
  }))

test('interrupted at any request, a run resumes, loses track of nothing, and ends the same', async () => {
  let requests = 0
  const everything: Record<string, string>[] = []
  await onStage(async (stage) => {
    stage.world.faults.http = () => (requests++, 'deliver')
    await applyPlan(whole, { client: stage.client })
  })
  expect(requests).toBeGreaterThan(15)
  for (let stopAt = 1; stopAt <= requests; stopAt++) {
    await onStage(async (stage) => {
      const { client, world } = stage
      const stop = new AbortController()
      let seen = 0
      world.faults.http = () => {
        if (++seen === stopAt) stop.abort(new Error('interrupted'))
        return 'deliver'
      }
      const first = await applyPlan(whole, { client, signal: stop.signal }).catch(() => undefined)
      world.faults.http = undefined
      // With the last request the journal is told that all is done; there is nothing left to stop.
      expect(first?.ok === true, `stopped at request ${stopAt}`).toBe(stopAt === requests)
      expect(await applyPlan(whole, { client }), `stopped at request ${stopAt}`).toMatchObject({ ok: true })
      const before = versions(stage)
      expect(await applyPlan(whole, { client })).toMatchObject({ ok: true, changed: [] })
      expect(versions(stage)).toEqual(before)
      everything.push(Object.fromEntries(Object.keys(before).map((key) => [key, ''])))
      const inventory = await client.get<{ data: Record<string, string> }>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'stowage-inventory' })
      expect(inventory.data['homelab.json']).toContain('"PersistentVolume/photos"')
    })
  }
  expect(new Set(everything.map((keys) => JSON.stringify(Object.keys(keys).sort()))).size).toBe(1)
})

test('killed at any request, without a last word, the next run takes it up', async () => {
  for (let killAt = 1; killAt <= 20; killAt++) {
    await onStage(async (stage) => {
      const { client, world } = stage
      const victim = world.process('victim')
      let seen = 0
      world.faults.http = (_, process) => {
        if (process === 'victim' && ++seen === killAt) world.process('killer').effects.clock.after(1, () => victim.kill())
        return 'deliver'
      }
      void applyPlan(whole, { client: new KubernetesClient({ server, http: victim.effects.http, clock: victim.effects.clock }) })
      await client.clock.sleep(60_000)
      expect(victim.alive, `killed at request ${killAt}`).toBe(false)
      expect(await applyPlan(whole, { client }), `killed at request ${killAt}`).toMatchObject({ ok: true })
      expect(await applyPlan(plan(namespaceObject), { client, prune: true })).toMatchObject({ ok: true, left: [{ entry: { id: volume.id } }] })
      expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toBeUndefined()
    })
  }
})

test('what left the plan stays until pruning is asked for; what holds data stays until it is named', () =>
  onStage(async (stage) => {
    const { client } = stage
    await applyPlan(whole, { client })
    const smaller = plan(namespaceObject)
    const kept = await applyPlan(smaller, { client })
    expect(kept.left.map(({ entry }) => entry.id).sort()).toEqual([config.id, volume.id, storageClass.id].sort())
    expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toBeDefined()
    const pruned = await applyPlan(smaller, { client, prune: true })
    expect(pruned.ok).toBe(true)
    expect(pruned.left.map(({ entry }) => entry.id)).toEqual([volume.id])
    expect([await find(stage, 'ConfigMap', 'config', 'v1', namespace), await find(stage, 'StorageClass', 'fast', 'storage.k8s.io/v1')]).toEqual([undefined, undefined])
    expect(await find(stage, 'PersistentVolume', 'photos')).toBeDefined()
  }))

test('an object that is no longer ours is not pruned', () =>
  onStage(async (stage) => {
    const { client } = stage
    await applyPlan(whole, { client })
    await client.remove({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'config' })
    stage.store.client('someone-else').create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', namespace } })
    const result = await applyPlan(plan(namespaceObject, storageClass, volume), { client, prune: true })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('does not manage it any more') })
    expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toBeDefined()
  }))

test('a dry run asks the server, says what would be done, and writes nothing', () =>
  onStage(async (stage) => {
    const { client } = stage
    const before = versions(stage)
    const fresh = await applyPlan(whole, { client, dryRun: true })
    expect(fresh.outcomes.filter(({ state }) => state === 'skipped').length).toBeGreaterThanOrEqual(4)
    expect(versions(stage)).toEqual(before)
    const bad = planned('ConfigMap/default/bad', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bad', namespace: 'default' }, dta: {} })
    const worse = planned('ConfigMap/default/Worse', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Worse_', namespace: 'default' } })
    const result = await applyPlan(plan(namespaceObject, bad, worse), { client, dryRun: true })
    expect(result.ok).toBe(false)
    expect(result.outcomes.filter(({ state }) => state === 'failed')).toHaveLength(2)
    expect(versions(stage)).toEqual(before)
  }))

test('a Secret that is missing stops the run before the driver is made, and says what to create', () =>
  onStage(async (stage) => {
    const { client } = stage
    const needy: AppliablePlan = { ...whole, needs: [{ kind: 'Secret', namespace, name: 'proxmox-csi', reason: 'the API token of backend pve' }] }
    const result = await applyPlan(needy, { client })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('Secret storage-system/proxmox-csi is missing') })
    expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toBeUndefined()
    await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'proxmox-csi', namespace } })
    expect(await applyPlan(needy, { client })).toMatchObject({ ok: true })
  }))

test('everything that is missing is said at once, a line for each', () =>
  onStage(async ({ client }) => {
    const needs = [{ kind: 'Secret', namespace, name: 'proxmox-csi', reason: 'the API token' }, { kind: 'Namespace', name: 'photos', reason: 'claimed in it' }] as const
    const message = (await applyPlan({ ...whole, needs }, { client })).outcomes.at(-1)?.message ?? ''
    expect(message.split('\n')).toEqual(['2 things are missing', expect.stringMatching(/^ {2}Secret storage-system\/proxmox-csi is missing \(the API token\): /), expect.stringMatching(/^ {2}Namespace photos is missing /)])
  }))

test('a definition that somebody else brings stops the run before the driver is made, and not at the object that is of it', () =>
  onStage(async (stage) => {
    const needy: AppliablePlan = { ...whole, needs: [{ kind: 'CustomResourceDefinition', name: 'prometheusrules.monitoring.coreos.com', reason: 'PrometheusRule is a kind of the Prometheus operator' }] }
    const result = await applyPlan(needy, { client: stage.client })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('CustomResourceDefinition prometheusrules.monitoring.coreos.com is missing') })
    expect(await find(stage, 'ConfigMap', 'config', 'v1', namespace)).toBeUndefined()
  }))

test('a driver that another namespace has already stops the run before anything is made; once it is gone, the run goes on', () =>
  onStage(async (stage) => {
    const { client } = stage
    const labels = { 'app.kubernetes.io/managed-by': 'stowage', 'app.kubernetes.io/instance': 'homelab' }
    const daemonSet = (within: string): AppliableObject['object'] & { readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: typeof labels } } => ({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'stowage-node', namespace: within, labels },
      spec: { selector: { matchLabels: { app: 'node' } }, template: { metadata: { labels: { app: 'node' } }, spec: { containers: [{ name: 'driver', image: 'driver' }] } } },
    })
    await client.create(daemonSet('default'))
    const moved = plan(namespaceObject, planned('apps/DaemonSet/storage-system/stowage-node', daemonSet(namespace)))
    expect((await applyPlan(moved, { client, wait: false })).outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('default/stowage-node of declaration homelab serves the nodes already') })
    expect(await find(stage, 'DaemonSet', 'stowage-node', 'apps/v1', namespace)).toBeUndefined()
    await client.remove({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'default', name: 'stowage-node' })
    expect(await applyPlan(moved, { client, wait: false })).toMatchObject({ ok: true })
  }))

test('a StorageClass that cannot be changed says what to do instead', () =>
  onStage(async ({ client }) => {
    await applyPlan(whole, { client })
    const changed = planned(storageClass.id, { ...storageClass.object, parameters: { storage: 'local-lvm' } })
    const result = await applyPlan(plan(namespaceObject, config, changed, volume), { client })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('declare a class with a new name') })
  }))

test('hundreds of objects are applied, listed and pruned, and the journal does not grow with them', () =>
  onStage(async (stage) => {
    const { client } = stage
    const many = Array.from({ length: 240 }, (_, index) => planned(`ConfigMap/default/a-rather-long-name-of-an-object-${index}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `a-rather-long-name-of-an-object-${index}`, namespace: 'default' }, data: { a: '1' } }))
    expect(await applyPlan(plan(namespaceObject, ...many), { client })).toMatchObject({ ok: true })
    const journal = await client.get<{ data: Record<string, string> }>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'stowage-journal' })
    expect(journal.data['apply-homelab']?.length).toBeLessThanOrEqual(60_000)
    const pruned = await applyPlan(plan(namespaceObject, ...many.slice(0, 235)), { client, prune: true })
    expect(pruned.failure).toBeUndefined()
    expect(pruned).toMatchObject({ ok: true, left: [] })
  }))

test('an inventory of twenty thousand objects has room in a ConfigMap, and one that has shrunk is plain text again', () =>
  onStage(async ({ client }) => {
    const entry = (index: number): InventoryEntry => ({ id: `PersistentVolume/a-rather-long-name-${index}`, apiVersion: 'v1', kind: 'PersistentVolume', name: `a-rather-long-name-${index}`, holdsData: true })
    const whole = Array.from({ length: 20_000 }, (_, index) => entry(index))
    const inventory = new InventoryStore(client, 'default', 'homelab')
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'stowage-inventory' }
    for (const entries of [whole, whole.slice(0, 10), whole, []]) {
      await inventory.write(entries)
      expect(await inventory.read()).toEqual(entries.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
      const kept = await client.get<{ data?: Record<string, string>; binaryData?: Record<string, string> }>(ref)
      expect(JSON.stringify(kept).length).toBeLessThan(1_000_000)
      expect(kept.data?.['homelab.json'] === undefined).toBe(entries.length > 10)
    }
  }))
