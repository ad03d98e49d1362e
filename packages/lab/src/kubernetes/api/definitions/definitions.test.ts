import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { Api, KubeInput, KubeObject } from '../api.ts'
import { createStore } from '../store.ts'
import { byVersion } from './version-order.ts'

const crds = 'customresourcedefinitions.apiextensions.k8s.io'
type Definition = KubeObject & { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[] | null } }

const definition = (spec: object, schema: object = { type: 'object' }): KubeInput => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
  ...{ spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }], ...spec } },
})
const widget = (apiVersion: string, rest: object = {}): KubeInput => ({ apiVersion, kind: 'Widget', metadata: { name: 'w', namespace: 'default' }, ...rest })

function inLab(body: (api: Api, sleep: (ms: number) => Promise<void>) => Promise<void>): Promise<void> {
  const world = new VirtualWorld({ seed: 2 })
  const { effects } = world.process('lab')
  return world.run(() => body(createStore({ clock: effects.clock, random: effects.random }).client('test'), (ms) => effects.clock.sleep(ms)))
}

test('versions stand in the order of Kubernetes', () => {
  expect(['v1alpha1', 'v1', 'foo', 'v2beta1', 'v10', 'v1beta2', 'v2'].toSorted(byVersion)).toEqual(['v10', 'v2', 'v1', 'v2beta1', 'v1beta2', 'v1alpha1', 'foo'])
})

test('a rule that cannot be judged here refuses the whole definition, in words that say so', () =>
  inLab(async (api) => {
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'string', 'x-kubernetes-validations': [{ rule: 'quantity(self).isGreaterThan(quantity("1Gi"))' }] } } } } }
    expect(() => api.create(crds, definition({}, schema))).toThrow("the lab's API server cannot judge this rule: spec.size: quantity(self)")
  }))

test('a conversion by webhook is refused rather than answered wrongly', () =>
  inLab(async (api) => {
    expect(() => api.create(crds, definition({ conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } } }))).toThrow('has no conversion "Webhook", only None')
  }))

test('an object is one and the same in every version that is served, to readers and to watchers', () =>
  inLab(async (api, sleep) => {
    const version = (name: string, served = true): object => ({ name, served, storage: name === 'v1', schema: { openAPIV3Schema: { type: 'object' } } })
    api.create(crds, definition({ versions: [version('v1'), version('v1beta1'), version('v1alpha1', false)] }))
    await sleep(100)
    const seen: string[] = []
    const stop = api.watch('widgets.example.com', {}, ({ type, object }) => seen.push(`${type} ${object.apiVersion}`))
    api.create('widgets.example.com', widget('example.com/v1'))
    await sleep(1_000)
    expect(seen).toEqual(['ADDED example.com/v1'])
    stop()
  }))

test('a definition whose schema changes holds new objects by the new one, and old ones only where they change', () =>
  inLab(async (api, sleep) => {
    const schema = (maximum: number): object => ({ type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', maximum }, note: { type: 'string' } } } } })
    api.create(crds, definition({}, schema(9)))
    await sleep(100)
    api.create('widgets.example.com', widget('example.com/v1', { spec: { size: 8 } }))
    const spec = definition({}, schema(5))
    api.update(crds, { ...spec, metadata: { name: 'widgets.example.com', resourceVersion: api.get(crds, 'widgets.example.com')?.metadata.resourceVersion ?? '' } })
    await sleep(100)
    const merge = 'application/merge-patch+json'
    expect(api.patch('widgets.example.com', 'w', 'default', merge, { spec: { note: 'kept' } })).toMatchObject({ spec: { size: 8, note: 'kept' } })
    expect(() => api.patch('widgets.example.com', 'w', 'default', merge, { spec: { size: 7 } })).toThrow('spec.size in body should be less than or equal to 5')
  }))

test('a definition that gives its names up lets the one that waits for them be established', () =>
  inLab(async (api, sleep) => {
    api.create(crds, definition({}))
    await sleep(100)
    const other = { ...definition({ names: { plural: 'gadgets', kind: 'Widget' } }), metadata: { name: 'gadgets.example.com' } }
    api.create(crds, other)
    await sleep(100)
    const isEstablished = (): boolean => api.get<Definition>(crds, 'gadgets.example.com')?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false
    expect(isEstablished()).toBe(false)
    api.delete(crds, 'widgets.example.com')
    await sleep(1_000)
    expect(isEstablished()).toBe(true)
    expect(api.resources().filter(({ custom }) => custom).map(({ name }) => name)).toEqual(['gadgets.example.com'])
  }))
