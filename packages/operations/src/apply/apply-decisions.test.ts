import { StorageError } from '@stowage/core'
import type { Pod } from 'kubernetes-types/core/v1'
import type { CSINode } from 'kubernetes-types/storage/v1'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { conflictsOf, describeConflicts } from './conflicts.ts'
import { differences } from './difference.ts'
import { missingRegistrations } from './drivers-registered.ts'
import { entryOf, formatInventory, leftovers, parseInventory, union } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'
import { podTroubles } from './pod-troubles.ts'
import { mayPrune } from './prune.ts'
import { readinessOf } from './readiness.ts'
import { inOrder } from './stowage-plan.ts'
import type { AppliableObject } from './stowage-plan.ts'

const planned = (id: string, dependsOn: readonly string[] = []): AppliableObject => ({ id, reason: '', dependsOn, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: id } } })
const entry = (id: string, kind = 'ConfigMap', holdsData = false): InventoryEntry => ({ id, apiVersion: 'v1', kind, name: id, holdsData })

test('objects come after what they depend on, otherwise in the order of the plan', () => {
  const order = (...objects: readonly AppliableObject[]): string[] => inOrder(objects).map(({ id }) => id)
  expect(order(planned('c', ['a']), planned('a'), planned('b'))).toEqual(['a', 'c', 'b'])
  expect(order(planned('a', ['not in the plan']))).toEqual(['a'])
  expect(() => order(planned('a', ['b']), planned('b', ['a']))).toThrow('a → b → a')
})

test('any order of any plan holds every object once, after its dependencies', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) => fc.array(fc.array(fc.nat(size), { maxLength: 4 }), { minLength: size, maxLength: size }))
  fc.assert(
    fc.property(graph, (edges) => {
      const objects = edges.map((after, index) => planned(`o${index}`, after.filter((other) => other < index).map((other) => `o${other}`)))
      const ids = inOrder(objects.toReversed()).map(({ id }) => id)
      expect(ids.toSorted()).toEqual(objects.map(({ id }) => id).toSorted())
      for (const { id, dependsOn = [] } of objects) for (const before of dependsOn) expect(ids.indexOf(before)).toBeLessThan(ids.indexOf(id))
    }),
  )
})

test('only what was asked for makes a difference, and it is named by its path', () => {
  const live = { metadata: { name: 'a', resourceVersion: '1', managedFields: [1], labels: { x: 'y' } }, spec: { replicas: 1, list: [{ a: 1 }] }, status: { ready: true } }
  expect(differences(live, { ...live, metadata: { ...live.metadata, resourceVersion: '2', managedFields: [2] }, status: {} })).toEqual([])
  const paths = (other: object): readonly string[] => differences(live, other).map(({ field }) => field)
  expect(paths({ ...live, spec: { replicas: 2, list: [{ a: 2 }] } })).toEqual(['spec.replicas', 'spec.list'])
  expect(paths({ ...live, spec: { ...live.spec, list: [] }, extra: 1 })).toEqual(['spec.list', 'extra'])
})

test('conflicts are told by manager, with what to do', () => {
  const error = new StorageError('precondition', 'Apply failed', {
    details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using v1', field: '.data.mode' }, { reason: 'FieldManagerConflict', message: 'conflict with "argocd" using v1', field: '.data.size' }] },
  })
  expect(describeConflicts('ConfigMap a/b', conflictsOf(error))).toBe(
    'ConfigMap a/b is also managed by others: kubectl-edit owns .data.mode; argocd owns .data.size. Take these fields out of kubectl-edit and argocd, or take them over with --force-conflicts',
  )
  expect(conflictsOf(new StorageError('invalid', 'no'))).toEqual([])
})

test.each([
  ['a namespace', { kind: 'Namespace', status: { phase: 'Active' } }, true],
  ['a namespace that ends', { kind: 'Namespace', status: { phase: 'Terminating' } }, false],
  ['what is being deleted', { kind: 'StorageClass', metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, false],
  ['a kind without conditions', { kind: 'StorageClass' }, true],
  ['a CRD that is established', { kind: 'CustomResourceDefinition', status: { conditions: [{ type: 'Established', status: 'True' }] } }, true],
  ['a CRD that is not', { kind: 'CustomResourceDefinition', status: { conditions: [{ type: 'Established', status: 'False', message: 'no' }] } }, false],
  ['a deployment whose change was not seen', { kind: 'Deployment', metadata: { generation: 2 }, spec: { replicas: 1 }, status: { observedGeneration: 1, updatedReplicas: 1, replicas: 1, availableReplicas: 1 } }, false],
  ['a deployment that is out', { kind: 'Deployment', metadata: { generation: 2 }, spec: { replicas: 1 }, status: { observedGeneration: 2, updatedReplicas: 1, replicas: 1, availableReplicas: 1 } }, true],
  ['a deployment with an old replica', { kind: 'Deployment', spec: { replicas: 1 }, status: { updatedReplicas: 1, replicas: 2, availableReplicas: 2 } }, false],
  ['a deployment of no replicas', { kind: 'Deployment', spec: { replicas: 0 } }, true],
  ['a daemon set on part of its nodes', { kind: 'DaemonSet', status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 } }, false],
  ['a daemon set on all', { kind: 'DaemonSet', status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 } }, true],
  ['a stateful set that starts', { kind: 'StatefulSet', spec: { replicas: 3 }, status: { updatedReplicas: 3, readyReplicas: 1 } }, false],
] as const)('readiness of %s', (_, object, ready) => {
  expect(readinessOf(object).ready).toBe(ready)
})

test('what does not exist is not ready', () => {
  expect(readinessOf(undefined)).toEqual({ ready: false, message: 'does not exist yet' })
})

test('the inventory before a run lists the old and the new, and reads back as written', () => {
  const [before, now] = [[entry('a'), entry('b')], [entry('b', 'Secret'), entry('c')]]
  expect(union(before, now).map(({ id, kind }) => `${id} ${kind}`)).toEqual(['a ConfigMap', 'b Secret', 'c ConfigMap'])
  expect(leftovers(before, now).map(({ id }) => id)).toEqual(['a'])
  expect(formatInventory([entry('b'), entry('a')])).toBe(formatInventory([entry('a'), entry('b')]))
  expect(parseInventory(formatInventory(before))).toEqual(before)
  expect(parseInventory(undefined)).toEqual([])
  expect(() => parseInventory('{"a":1}')).toThrow('does not hold an inventory')
})

test('volumes, claims, namespaces and CRDs hold data whether the plan says so or not', () => {
  for (const kind of ['PersistentVolume', 'PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition']) {
    expect(entryOf({ id: 'x', reason: '', object: { apiVersion: 'v1', kind, metadata: { name: 'x' } } }).holdsData, kind).toBe(true)
  }
  expect(entryOf(planned('x')).holdsData).toBe(false)
})

test('pruning needs consent, and what holds data needs to be named', () => {
  const [plain, data] = [entry('a'), entry('PersistentVolume/x', 'PersistentVolume', true)]
  const rows = [plain, data].flatMap((each) => [{ prune: false, pruneData: [] }, { prune: true, pruneData: [] }, { prune: true, pruneData: [data.id] }, { prune: false, pruneData: [data.id] }].map((consent) => mayPrune(each, consent).allowed))
  expect(rows).toEqual([false, true, true, false, false, false, true, false])
})

test('pods say why they do not run', () => {
  const pods: Pod[] = [
    { metadata: { name: 'a' }, status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] } },
    {
      metadata: { name: 'b' },
      status: { containerStatuses: [{ name: 'driver', image: '', imageID: '', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } }, lastState: { terminated: { exitCode: 1, message: 'token missing\n' } } }] },
    },
    { metadata: { name: 'c' }, status: { containerStatuses: [{ name: 'driver', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }] } },
  ]
  expect(podTroubles(pods)).toEqual(['pod a: 0/3 nodes are available', 'pod b: container driver: CrashLoopBackOff: back-off 40s; it ended with exit code 1: token missing'])
})

test('every node of the driver must have registered one of its names, and every name must be somewhere', () => {
  const csiNode = (name: string, ...drivers: string[]): CSINode => ({ metadata: { name }, spec: { drivers: drivers.map((driver) => ({ name: driver, nodeID: name })) } })
  expect(missingRegistrations(['p', 'l'], ['k1', 'k2'], [csiNode('k1', 'p', 'l'), csiNode('k2', 'l')])).toEqual([])
  expect(missingRegistrations(['p', 'l'], ['k1', 'k2'], [csiNode('k1', 'l'), csiNode('k2')])).toEqual(['no node has registered p', 'node k2 registered none of the drivers'])
  expect(missingRegistrations(['p', 'l'], ['k1', 'k2'], [])).toEqual(['no node has registered p, l'])
})

test('a node that has registered nothing has null for a list, as API servers print it', () => {
  const bare: CSINode = JSON.parse('{"metadata":{"name":"k1"},"spec":{"drivers":null}}')
  expect(missingRegistrations(['p'], ['k1'], [bare])).toEqual(['no node has registered p'])
})
