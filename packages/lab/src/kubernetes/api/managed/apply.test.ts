import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { Api, KubeInput, KubeObject } from '../api.ts'
import { createStore } from '../store.ts'

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> }
const apply = 'application/apply-patch+yaml'

function api(): Api {
  return createStore(new VirtualWorld({ seed: 3 }).process('lab').effects).client('test')
}

function configure(client: Api, fieldManager: string, data: object, options = {}): ConfigMap {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data }
  return client.patch<ConfigMap>('configmaps', 'a', 'default', apply, body, { fieldManager, ...options })
}

const owners = (object: KubeObject): object =>
  Object.fromEntries((object.metadata.managedFields ?? []).map(each => { const entry = each as { manager: string; operation: string; fieldsV1: object }; return [`${entry.manager} ${entry.operation}`, entry.fieldsV1] }))

test('each applier owns what it names', () => {
  const client = api()
  configure(client, 'one', { x: '1' })
  expect(owners(configure(client, 'two', { x: '1', y: '2' }))).toEqual({ 'one Apply': { 'f:data': { 'f:x': {} } }, 'two Apply': { 'f:data': { 'f:x': {}, 'f:y': {} } } })
})

test('another value of an owned field is a conflict that names owner and field', () => {
  const client = api()
  configure(client, 'one', { x: '1', y: '1' })
  expect(() => configure(client, 'two', { x: '2' })).toThrow('Apply failed with 1 conflict: conflict with "one": .data.x')
  expect(() => configure(client, 'two', { x: '2', y: '2' })).toThrow('Apply failed with 2 conflicts: conflicts with "one":\n- .data.x\n- .data.y')
})

test('a plain update takes fields over, and the next apply meets it by name', () => {
  const client = api()
  const made = configure(client, 'one', { x: '1' })
  const edited: KubeInput & { data: object } = { ...made, data: { x: '9' } }
  client.update('configmaps', edited, { fieldManager: 'editor' })
  expect(() => configure(client, 'one', { x: '1' })).toThrow('Apply failed with 1 conflict: conflict with "editor" using v1: .data.x')
})

test('force takes the field from its owner', () => {
  const client = api()
  configure(client, 'one', { x: '1', y: '1' })
  const forced = configure(client, 'two', { x: '2' }, { force: true })
  expect(forced.data).toEqual({ x: '2', y: '1' })
  expect(owners(forced)).toEqual({ 'one Apply': { 'f:data': { 'f:y': {} } }, 'two Apply': { 'f:data': { 'f:x': {} } } })
})

test('what an applier no longer names goes, unless somebody else owns it', () => {
  const client = api()
  configure(client, 'one', { x: '1', y: '1', z: '1' })
  configure(client, 'two', { y: '1' })
  expect(configure(client, 'one', { z: '1' }).data).toEqual({ y: '1', z: '1' })
})

test('applying the same again changes nothing', () => {
  const client = api()
  const first = configure(client, 'one', { x: '1' })
  expect(configure(client, 'one', { x: '1' }).metadata.resourceVersion).toBe(first.metadata.resourceVersion)
})

test('an unknown field is refused with its path', () => {
  const body = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'a' }, spec: { storageClas: 'x' } }
  expect(() => api().patch('persistentvolumeclaims', 'a', 'default', apply, body)).toThrow(
    'failed to create typed patch object (default/a; /v1, Kind=PersistentVolumeClaim): .spec.storageClas: field not declared in schema',
  )
})

test('items of a map list are owned by their key', () => {
  const client = api()
  const container = (image: string) => ({ name: 'main', image, ports: [{ containerPort: 80 }] })
  const body = (image: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [container(image)] } })
  const made = client.patch<KubeObject>('pods', 'p', 'default', apply, body('a'), { fieldManager: 'one' })
  expect(owners(made)).toEqual({
    'one Apply': {
      'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:image': {}, 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } } } } },
    },
  })
  expect(() => client.patch('pods', 'p', 'default', apply, body('b'), { fieldManager: 'two' })).toThrow('conflict with "one": .spec.containers[name="main"].image')
})
