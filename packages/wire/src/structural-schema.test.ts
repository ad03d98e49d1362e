import { expect, test } from 'vitest'
import { crdSets, crdsOf } from './crds.ts'
import type { CustomResourceDefinition } from './crds.ts'
import { defaulted, faultsOfObject, pruned, RuleBook, valueFaults } from './structural-schema.ts'
import type { JsonObject } from './structural-schema.ts'

async function definition(set: 'rook' | 'velero' | 'external-snapshotter' | 'ceph-csi-operator', plural: string): Promise<CustomResourceDefinition> {
  const found = (await crdsOf(set)).find((each) => each.spec.names.plural === plural)
  if (found === undefined) throw new Error(`no ${plural}`)
  return found
}

const pool = (spec: JsonObject): JsonObject => ({ apiVersion: 'ceph.rook.io/v1', kind: 'CephBlockPool', metadata: { name: 'fast' }, spec })

test.each(crdSets)('every rule that the definitions of %s carry can be judged', async (set) => {
  const rules = new RuleBook()
  const left = (await crdsOf(set)).flatMap(({ spec }) => spec.versions.flatMap(({ schema }) => rules.unknownRules(schema?.openAPIV3Schema ?? {})))
  expect(left).toEqual([])
})

test('an object that the definition knows has no faults', async () => {
  const object = pool({ failureDomain: 'host', deviceClass: 'nvme', replicated: { size: 3, requireSafeReplicaSize: true } })
  expect(faultsOfObject(await definition('rook', 'cephblockpools'), object)).toEqual({ unknown: [], faults: [] })
})

test('a field that a server would prune in silence is named with its path', async () => {
  const object = pool({ failuredomain: 'host', replicated: { size: 3, requireSafeReplicasize: true } })
  expect(faultsOfObject(await definition('rook', 'cephblockpools'), object).unknown).toEqual(['spec.failuredomain', 'spec.replicated.requireSafeReplicasize'])
})

test('wrong types, missing members and values out of range are said in the words of the server', async () => {
  const object = pool({ replicated: { size: '3' }, erasureCoded: { dataChunks: 2 }, compressionMode: 'sometimes', quotas: { maxObjects: 1.5 } })
  const { faults } = faultsOfObject(await definition('rook', 'cephblockpools'), object)
  expect(faults.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'spec.replicated.size: Invalid value: "string": spec.replicated.size in body must be of type integer: "string"',
    'spec.erasureCoded.codingChunks: Required value',
    'spec.compressionMode: Unsupported value: "sometimes": supported values: "none", "passive", "aggressive", "force", ""',
    'spec.quotas.maxObjects: Invalid value: "float64": spec.quotas.maxObjects in body must be of type int64: "float64"',
    '<nil>: Invalid value: "": Checked value must be of type integer with format int64 in spec.quotas.maxObjects',
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  ])
})

test('a rule in CEL that fails is told with its message', async () => {
  const snapshot: JsonObject = { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', metadata: { name: 'a' }, spec: { source: {} } }
  const { faults } = faultsOfObject(await definition('external-snapshotter', 'volumesnapshots'), snapshot)
  expect(faults).toEqual([{
    reason: 'FieldValueInvalid',
    field: 'spec.source',
    message: 'Invalid value: exactly one of volumeSnapshotContentName and persistentVolumeClaimName must be set',
  }])
})

test('a rule about changes is silent about what is new, and speaks when it changes', async () => {
  const schema = (await definition('rook', 'cephclusters')).spec.versions[0]?.schema?.openAPIV3Schema ?? {}
  const cluster = (path: string): JsonObject => ({ spec: { dataDirHostPath: path } })
  const rules = new RuleBook()
  expect(rules.faults(schema, cluster('/var/lib/rook'))).toEqual([])
  expect(rules.faults(schema, cluster('/srv/rook'), cluster('/var/lib/rook')).map(({ message }) => message)).toEqual(['Invalid value: "/srv/rook": DataDirHostPath is immutable'])
})

test('a name that is a word of CEL is met under its escaped name', async () => {
  const content: JsonObject = {
    apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotContent', metadata: { name: 'a' },
    spec: { deletionPolicy: 'Retain', driver: 'x.example.com', source: { snapshotHandle: 'h' }, volumeSnapshotRef: { name: 'a' } },
  }
  const crd = await definition('external-snapshotter', 'volumesnapshotcontents')
  expect(faultsOfObject(crd, content).faults.map(({ field }) => field)).toEqual(['spec.volumeSnapshotRef'])
  const whole = { ...content, spec: { ...(content['spec'] as JsonObject), volumeSnapshotRef: { name: 'a', namespace: 'b' } } }
  expect(faultsOfObject(crd, whole).faults).toEqual([])
})

test('what did not change is not held against a write', () => {
  const schema = { type: 'object', properties: { size: { type: 'integer', minimum: 3 }, name: { type: 'string' } } }
  expect(valueFaults(schema, { size: 1, name: 'a' })).toHaveLength(1)
  expect(valueFaults(schema, { size: 1, name: 'b' }, { old: { size: 1, name: 'a' } })).toEqual([])
  expect(valueFaults(schema, { size: 2, name: 'a' }, { old: { size: 1, name: 'a' } })).toHaveLength(1)
})

test('defaults fill what is missing, and a null that may not be', () => {
  const schema = { type: 'object', properties: { mode: { type: 'string', default: 'none' }, deep: { type: 'object', default: {}, properties: { n: { type: 'integer', default: 2 } } }, gone: { type: 'string' }, kept: { type: 'string', nullable: true } } }
  expect(defaulted(schema, { mode: null, gone: null, kept: null })).toEqual({ mode: 'none', deep: { n: 2 }, kept: null })
  const complete = { mode: 'x', deep: { n: 1 } }
  expect(defaulted(schema, complete)).toBe(complete)
})

test('unknown members stay where the schema says so, and below it what it does know is still pruned', () => {
  const schema = { type: 'object', properties: { config: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'object', properties: { a: { type: 'string' } } } } } } }
  expect(pruned(schema, { kind: 'X', metadata: { any: 1 }, config: { free: { x: 1 }, known: { a: 'a', b: 'b' } } })).toEqual({
    value: { kind: 'X', metadata: { any: 1 }, config: { free: { x: 1 }, known: { a: 'a' } } },
    unknown: ['config.known.b'],
  })
})

test('a rule that cannot be judged here is told, not passed over', () => {
  const schema = { type: 'object', properties: { size: { type: 'string', 'x-kubernetes-validations': [{ rule: 'quantity(self).isGreaterThan(quantity("1Gi"))' }] } } }
  expect(new RuleBook().unknownRules(schema)).toEqual(["size: quantity(self).isGreaterThan(quantity(\"1Gi\")): found no matching overload for 'quantity(dyn)'"])
})
