import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { Api, KubeObject } from '../api/api.ts'
import { createStore } from '../api/store.ts'
import { startControlPlane } from './control-plane.ts'

async function inCluster(body: (api: Api, sleep: (ms: number) => Promise<void>) => Promise<void>): Promise<void> {
  const world = new VirtualWorld({ seed: 5 })
  const { effects } = world.process('lab')
  await world.run(async () => {
    const store = createStore({ clock: effects.clock, random: effects.random })
    const controlPlane = startControlPlane({ api: store.client('kube-controller-manager'), clock: effects.clock, random: effects.random })
    const api = store.client('test')
    api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } })
    await body(api, (ms) => effects.clock.sleep(ms))
    controlPlane.stop()
  })
}

const claim = (name: string, storage: string) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'apps' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage } } } })
const quota = (hard: Readonly<Record<string, string>>) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'storage', namespace: 'apps' }, spec: { hard } })
type Quota = KubeObject & { readonly status: { readonly hard?: object; readonly used?: object } }

test('a quota is counted from what is there, charged at once, and given back when a claim goes', () =>
  inCluster(async (api, sleep) => {
    const used = (): unknown => api.get<Quota>('resourcequotas', 'storage', 'apps')?.status.used
    api.create('persistentvolumeclaims', claim('a', '3Gi'))
    api.create('resourcequotas', quota({ 'requests.storage': '5Gi', persistentvolumeclaims: '2' }))
    await sleep(2_000)
    expect(used()).toEqual({ 'requests.storage': '3Gi', persistentvolumeclaims: '1' })
    expect(() => api.create('persistentvolumeclaims', claim('b', '3Gi'))).toThrow('exceeded quota: storage, requested: requests.storage=3Gi, used: requests.storage=3Gi, limited: requests.storage=5Gi')
    api.create('persistentvolumeclaims', claim('c', '2Gi'))
    expect(used()).toEqual({ 'requests.storage': '5Gi', persistentvolumeclaims: '2' })
    api.delete('persistentvolumeclaims', 'a', 'apps')
    await sleep(5_000)
    expect(used()).toEqual({ 'requests.storage': '2Gi', persistentvolumeclaims: '1' })
  }))

test('a dry run is held by the quota and charged to nobody', () =>
  inCluster(async (api, sleep) => {
    api.create('resourcequotas', quota({ 'requests.storage': '5Gi' }))
    await sleep(2_000)
    api.create('persistentvolumeclaims', claim('a', '4Gi'), { dryRun: true })
    expect(() => api.create('persistentvolumeclaims', claim('b', '6Gi'), { dryRun: true })).toThrow('exceeded quota')
    expect(api.get<Quota>('resourcequotas', 'storage', 'apps')?.status.used).toEqual({ 'requests.storage': '0' })
  }))

test('a namespace that is deleted takes its custom resources along, and waits for those that are held', () =>
  inCluster(async (api, sleep) => {
    const spec = { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] }
    api.create('customresourcedefinitions.apiextensions.k8s.io', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' }, ...{ spec } })
    await sleep(1_000)
    const widget = (name: string, finalizers: readonly string[]) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, namespace: 'apps', finalizers } })
    api.create('widgets.example.com', widget('free', []))
    api.create('widgets.example.com', widget('held', ['example.com/hold']))
    api.delete('namespaces', 'apps')
    await sleep(10_000)
    expect(api.list('widgets.example.com').map(({ metadata }) => metadata.name)).toEqual(['held'])
    api.patch('widgets.example.com', 'held', 'apps', 'application/merge-patch+json', { metadata: { finalizers: null } })
    await sleep(10_000)
    expect(api.get('namespaces', 'apps')).toBeUndefined()
  }))
