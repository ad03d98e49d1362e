import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { Api, KubeInput, KubeObject } from './api.ts'
import { ApiStatusError } from './api.ts'
import { createStore } from './store.ts'
import type { Store } from './store.ts'

async function inLab(work: (api: Api, store: Store, sleep: (ms: number) => Promise<void>) => Promise<void> | void): Promise<void> {
  const world = new VirtualWorld({ seed: 7 })
  const { effects } = world.process('lab')
  const store = createStore(effects)
  await world.run(async () => {
    await effects.clock.sleep(1)
    await work(store.client('test'), store, ms => effects.clock.sleep(ms))
  })
}

const node = (name: string, labels = {}): KubeInput => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } })
const config = (name: string, data = {}, more = {}): KubeInput & { data: object } => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...more }, data })
const pod = (name: string, spec = {}): KubeInput & { spec: object } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec },
})

function statusOf(work: () => unknown): ApiStatusError {
  try {
    work()
  } catch (error) {
    if (error instanceof ApiStatusError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('a watcher sees what is there and then each change, in order', () =>
  inLab(async (api, _, sleep) => {
    api.create('nodes', node('a'))
    const seen: string[] = []
    const cancel = api.watch('nodes', {}, event => seen.push(`${event.type} ${event.object.metadata.name}`))
    api.create('nodes', node('b'))
    api.patch('nodes', 'a', undefined, 'application/merge-patch+json', { metadata: { labels: { x: 'y' } } })
    api.delete('nodes', 'b')
    expect(seen).toEqual([])
    await sleep(50)
    expect(seen).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b'])
    cancel()
    api.delete('nodes', 'a')
    await sleep(50)
    expect(seen).toHaveLength(4)
  }))

test('an object that stops matching a selector is deleted for its watcher, and added when it matches again', () =>
  inLab(async (api, _, sleep) => {
    const seen: string[] = []
    api.watch('nodes', { labelSelector: 'tier in (fast)' }, event => seen.push(`${event.type} ${event.object.metadata.name}`))
    api.create('nodes', node('a', { tier: 'fast' }))
    for (const tier of ['slow', 'fast']) api.patch('nodes', 'a', undefined, 'application/merge-patch+json', { metadata: { labels: { tier } } })
    await sleep(50)
    expect(seen).toEqual(['ADDED a', 'DELETED a', 'ADDED a'])
  }))

test('an update with an old resourceVersion is refused in the words of the real server', () =>
  inLab(api => {
    const first = api.create<KubeObject>('nodes', node('a'))
    api.update('nodes', { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } })
    const refused = statusOf(() => api.update('nodes', { ...first, metadata: { ...first.metadata, labels: { c: 'd' } } }))
    expect(refused).toMatchObject({ code: 409, reason: 'Conflict' })
    expect(refused.message).toBe('Operation cannot be fulfilled on nodes "a": the object has been modified; please apply your changes to the latest version and try again')
  }))

test('an update that changes nothing is no new version', () =>
  inLab(api => {
    const first = api.create<KubeObject>('configmaps', config('a', { x: '1' }))
    expect(api.update('configmaps', first)).toBe(first)
    expect(api.patch<KubeObject>('configmaps', 'a', 'default', 'application/merge-patch+json', { data: { x: '1' } }).metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  }))

test('versions of an object share what did not change, and all of it is frozen', () =>
  inLab(api => {
    const first = api.create<KubeObject & { spec: { containers: readonly object[] } }>('pods', pod('p'))
    const second = api.patch<KubeObject & { spec: object }>('pods', 'p', 'default', 'application/merge-patch+json', { status: { phase: 'Running' } }, { subresource: 'status' })
    expect(second.spec).toBe(first.spec)
    expect(Object.isFrozen(first.spec.containers[0])).toBe(true)
  }))

test('a generated name ends in five characters and is another each time', () =>
  inLab(api => {
    const made = [1, 2].map(() => api.create<KubeObject>('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'x-', namespace: 'default' } }).metadata.name)
    expect(made[0]).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    expect(new Set(made).size).toBe(2)
  }))

test('finalizers hold an object that is deleted, and none can be added then', () =>
  inLab(api => {
    api.create('configmaps', config('a', {}, { finalizers: ['example.com/hold'] }))
    api.delete('configmaps', 'a', 'default')
    const held = api.get<KubeObject>('configmaps', 'a', 'default')
    expect(held?.metadata.deletionTimestamp).toBeDefined()
    const patch = (finalizers: readonly string[]) => api.patch('configmaps', 'a', 'default', 'application/merge-patch+json', { metadata: { finalizers } })
    expect(statusOf(() => patch(['example.com/hold', 'example.com/more'])).message).toBe(
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    )
    patch([])
    expect(api.get('configmaps', 'a', 'default')).toBeUndefined()
  }))

test('a bound pod is given its grace; a pod that runs nowhere goes at once; force ends the grace', () =>
  inLab(api => {
    for (const name of ['bound', 'free']) api.create('pods', pod(name, { terminationGracePeriodSeconds: 20 }))
    api.bind('default', 'bound', 'n1')
    for (const name of ['bound', 'free']) api.delete('pods', name, 'default')
    expect(api.get('pods', 'free', 'default')).toBeUndefined()
    expect(api.get<KubeObject>('pods', 'bound', 'default')?.metadata).toMatchObject({ deletionGracePeriodSeconds: 20 })
    api.delete('pods', 'bound', 'default', { gracePeriodSeconds: 0 })
    expect(api.get('pods', 'bound', 'default')).toBeUndefined()
  }))

test('a pod is bound once', () =>
  inLab(api => {
    api.create('pods', pod('p'))
    api.bind('default', 'p', 'n1')
    expect(statusOf(() => api.bind('default', 'p', 'n2')).message).toBe('Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"')
  }))

test('propagation leaves its finalizer for the garbage collector', () =>
  inLab(api => {
    for (const [name, propagationPolicy] of [['f', 'Foreground'], ['o', 'Orphan']] as const) {
      api.create('configmaps', config(name))
      api.delete('configmaps', name, 'default', { propagationPolicy })
    }
    expect(api.get<KubeObject>('configmaps', 'f', 'default')?.metadata.finalizers).toEqual(['foregroundDeletion'])
    expect(api.get<KubeObject>('configmaps', 'o', 'default')?.metadata.finalizers).toEqual(['orphan'])
  }))

test('a delete for another uid is refused', () =>
  inLab(api => {
    api.create('configmaps', config('a'))
    expect(statusOf(() => api.delete('configmaps', 'a', 'default', { preconditions: { uid: 'other' } })).message).toMatch(
      /^Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition \(other\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
    )
  }))

test('a namespace goes when its finalizer is taken off, and takes nothing new before', () =>
  inLab(api => {
    api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } })
    api.delete('namespaces', 'x')
    const going = api.get<KubeObject & { spec: object; status: object }>('namespaces', 'x')
    expect(going).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } })
    expect(statusOf(() => api.create('configmaps', { ...config('late'), metadata: { name: 'late', namespace: 'x' } })).message).toBe(
      'configmaps "late" is forbidden: unable to create new content in namespace x because it is being terminated',
    )
    expect(statusOf(() => api.delete('namespaces', 'default')).message).toBe('namespaces "default" is forbidden: this namespace may not be deleted')
  }))

test('the same event about the same object is one event, counted', () =>
  inLab(async (api, _, sleep) => {
    const about = api.create<KubeObject>('pods', pod('p'))
    for (let times = 0; times < 3; times += 1) {
      api.event(about, 'Warning', 'FailedMount', 'no such disk')
      await sleep(2000)
    }
    api.event(about, 'Warning', 'FailedMount', 'another disk')
    const events = api.list<KubeObject & { count: number; message: string }>('events', { namespace: 'default', fieldSelector: 'involvedObject.name=p,type=Warning' })
    expect(events.map(each => [each.message, each.count]).toSorted()).toEqual([['another disk', 1], ['no such disk', 3]])
    const newer = api.list<KubeObject & { note: string; deprecatedCount: number }>('events.events.k8s.io', { namespace: 'default', fieldSelector: 'regarding.name=p' })
    expect(newer.map(each => [each.note, each.deprecatedCount]).toSorted()).toEqual([['another disk', 1], ['no such disk', 3]])
  }))

test('a dry run answers and leaves nothing', () =>
  inLab(api => {
    expect(api.create<KubeObject>('configmaps', config('a'), { dryRun: true }).metadata.uid).not.toBe('')
    expect(api.get('configmaps', 'a', 'default')).toBeUndefined()
  }))

test('the status of a workload is written by its subresource alone, and does not count as a generation', () =>
  inLab(api => {
    const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'a', image: 'b' }] } }
    type Deployment = KubeObject & { spec: { replicas: number }; status: { replicas?: number } }
    const made = api.create<Deployment>('deployments.apps', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default' }, ...{ spec: { selector: { matchLabels: { app: 'x' } }, template } } })
    const patch = (body: object, subresource?: 'status' | 'scale') => api.patch<Deployment>('deployments.apps', 'd', 'default', 'application/merge-patch+json', body, subresource === undefined ? {} : { subresource })
    expect(made).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1 }, status: {} })
    expect(patch({ status: { replicas: 3 } }).status).toEqual({})
    expect(patch({ status: { replicas: 3 }, spec: { replicas: 9 } }, 'status')).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1 }, status: { replicas: 3 } })
    patch({ spec: { replicas: 5 } }, 'scale')
    expect(api.get<Deployment>('deployments.apps', 'd', 'default')).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 5 }, status: { replicas: 3 } })
  }))

test('a definition is served once it is established, its schema holds its objects, and they go with it', () =>
  inLab(async (api, _, sleep) => {
    const schema = { type: 'object', properties: { spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 }, color: { type: 'string', enum: ['red', 'blue'], default: 'red' } } } } }
    const spec = { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }] }
    api.create('customresourcedefinitions.apiextensions.k8s.io', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' }, ...{ spec } })
    expect(statusOf(() => api.list('widgets.example.com')).code).toBe(404)
    await sleep(100)
    const widget = (inner: object) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'default' }, spec: inner })
    expect(statusOf(() => api.create('widgets.example.com', widget({ color: 'green' }))).message).toBe(
      'Widget.example.com "w" is invalid: [spec.color: Unsupported value: "green": supported values: "red", "blue", spec.size: Required value]',
    )
    expect(api.create('widgets.example.com', widget({ size: 2 }))).toMatchObject({ spec: { size: 2, color: 'red' } })
    api.delete('customresourcedefinitions.apiextensions.k8s.io', 'widgets.example.com')
    await sleep(100)
    expect(statusOf(() => api.list('widgets.example.com')).code).toBe(404)
    expect(api.get('customresourcedefinitions.apiextensions.k8s.io', 'widgets.example.com')).toBeUndefined()
  }))

test('the newest default class is given to a claim that names none, and an empty name is left alone', () =>
  inLab(async (api, _, sleep) => {
    const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' }
    for (const name of ['older', 'newer']) {
      api.create('storageclasses.storage.k8s.io', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations: isDefault }, ...{ provisioner: 'x.example.com' } })
      await sleep(1500)
    }
    const claim = (name: string, spec = {}) => ({
      apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } }, ...spec },
    })
    expect(api.create('persistentvolumeclaims', claim('a'))).toMatchObject({
      metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
      spec: { storageClassName: 'newer', volumeMode: 'Filesystem', resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Pending' },
    })
    expect(api.create('persistentvolumeclaims', claim('b', { storageClassName: '' }))).toMatchObject({ spec: { storageClassName: '' } })
  }))
