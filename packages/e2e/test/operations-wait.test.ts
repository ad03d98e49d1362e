/** Waiting for what others make true: here the others are the test, through the lab's store. */
import { textResponse } from '@stowage/effects'
import type { Http } from '@stowage/effects'
import { KubernetesClient } from '@stowage/kubernetes'
import { applyPlan } from '@stowage/operations'
import type { AppliableObject, AppliablePlan, StepEvent } from '@stowage/operations'
import { expect, test } from 'vitest'
import { onStage, server, versions } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const driver = 'proxmox.csi.stowage.dev'
const template = (app: string): object => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'driver', image: 'ghcr.io/stowage-dev/driver:0.1.0' }] } })

const planned = (id: string, object: AppliableObject['object']): AppliableObject => ({ id, object, reason: `because ${id}` })

const plan: AppliablePlan = {
  name: 'homelab',
  namespace,
  objects: [
    planned('namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
    planned('driver', { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: driver }, spec: { attachRequired: true } }),
    planned('controller', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'controller', namespace }, spec: { replicas: 1, selector: { matchLabels: { app: 'controller' } }, template: template('controller') } }),
    planned('node', { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'node', namespace }, spec: { selector: { matchLabels: { app: 'node' } }, template: template('node') } }),
    planned('class', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: driver }),
  ],
}

/** Plays controllers and kubelets: one thing becomes true each ten seconds. */
function cluster({ store, world }: OperationsStage): void {
  const { clock } = world.process('cluster').effects
  const api = store.client('cluster')
  const status = (resource: string, name: string, seen: object): void => {
    api.patch(resource, name, namespace, 'application/merge-patch+json', { status: { observedGeneration: 1, ...seen } }, { subresource: 'status' })
  }
  const register = (node: string): void => void api.create('csinodes.storage.k8s.io', csiNode(node))
  clock.after(10_000, () => status('deployments.apps', 'controller', { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 }))
  clock.after(20_000, () => {
    for (const node of ['k1', 'k2']) api.create('pods', podOn(node))
    status('daemonsets.apps', 'node', { currentNumberScheduled: 2, numberMisscheduled: 0, numberReady: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 })
  })
  clock.after(30_000, () => register('k1'))
  clock.after(40_000, () => register('k2'))
}

const csiNode = (name: string): { apiVersion: string; kind: string; metadata: { name: string }; spec: object } => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name }, spec: { drivers: [{ name: driver, nodeID: name, topologyKeys: [] }] } })
const podOn = (nodeName: string): { apiVersion: string; kind: string; metadata: { name: string; namespace: string; labels: Record<string, string> }; spec: object } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `node-${nodeName}`, namespace, labels: { app: 'node' } },
  spec: { nodeName, containers: [{ name: 'driver', image: 'ghcr.io/stowage-dev/driver:0.1.0' }] },
})

test('an apply ends when the workloads run and every kubelet knows the driver', () =>
  onStage(async (stage) => {
    const events: StepEvent[] = []
    cluster(stage)
    const result = await applyPlan(plan, { client: stage.client, listener: (event) => events.push(event) })
    expect(result).toMatchObject({ ok: true })
    expect(stage.world.elapsed()).toBeGreaterThan(40_000)
    expect(stage.world.elapsed()).toBeLessThan(42_000)
    const waiting = events.filter(({ state, message }) => state === 'waiting' && message !== '').map(({ message }) => message)
    expect(waiting).toContain('its controller has not seen the change yet')
    expect(waiting.at(-1)).toBe('node k2 registered none of the drivers')
    const before = versions(stage)
    expect(await applyPlan(plan, { client: stage.client })).toMatchObject({ ok: true, changed: [] })
    expect(versions(stage)).toEqual(before)
  }))

test('a workload that does not come up fails the apply with what its pods say, and the next apply waits again', () =>
  onStage(async (stage) => {
    const { client, store } = stage
    store.client('user').create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    const api = store.client('cluster')
    const pod = podOn('k1')
    api.create('pods', { ...pod, metadata: { ...pod.metadata, name: 'controller-x', labels: { app: 'controller' } } })
    const waiting = { status: { containerStatuses: [{ name: 'driver', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } }] } }
    api.patch('pods', 'controller-x', namespace, 'application/merge-patch+json', waiting, { subresource: 'status' })
    const result = await applyPlan(plan, { client, waitMs: 5_000 })
    expect(result).toMatchObject({ ok: false })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'failed', step: 'ready:controller', message: expect.stringMatching(/not ready after 5 s.*pod controller-x: container driver: ImagePullBackOff: Back-off pulling image/) })
    cluster(stage)
    expect(await applyPlan(plan, { client })).toMatchObject({ ok: true })
  }))

test('nothing is waited for when that is asked', () =>
  onStage(async ({ client, world }) => {
    expect(await applyPlan(plan, { client, wait: false })).toMatchObject({ ok: true })
    expect(world.elapsed()).toBeLessThan(5_000)
  }))

test('a server that is away for a while only delays an apply', () =>
  onStage(async (stage) => {
    cluster(stage)
    const away = stage.world.random('outages')
    stage.world.faults.http = () => (away.next() < 0.2 ? 'refuse' : 'deliver')
    expect(await applyPlan(plan, { client: stage.client })).toMatchObject({ ok: true })
  }))

test('a definition is waited for until discovery lists its kind, which is later than that it is established', () =>
  onStage(async ({ effects, world }) => {
    const http: Http = { request: async (request) => (request.url.endsWith('/apis/example.com/v1') && world.elapsed() < 3_000 ? textResponse(404, '404 page not found') : effects.http.request(request)) }
    const client = new KubernetesClient({ server, http, clock: effects.clock })
    const served = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }]
    const definition = planned('definition', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.example.com' }, spec: { group: 'example.com', scope: 'Cluster', names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' }, versions: served } })
    const thing = planned('thing', { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one' } })
    const [own] = plan.objects
    if (own === undefined) throw new Error('the plan begins with its namespace')
    expect(await applyPlan({ name: 'things', namespace, objects: [own, definition, thing] }, { client })).toMatchObject({ ok: true })
    expect(world.elapsed()).toBeGreaterThan(3_000)
  }))
