/** What passes the checks can be planned, resolves in itself, and is known to Rook's definitions; what does not pass says why. */
import { crdsOf } from '@stowage/wire/crds'
import { faultsOfObject, RuleBook } from '@stowage/wire/structural-schema'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { planStorage } from '../src/plan/plan-storage.ts'
import { readValue } from '../src/spec/read.ts'
import { cephParameters, rookCephSchema } from '../src/spec/schema/ceph.ts'
import { fieldSamples } from './schema-samples.ts'

const definitions = [...(await crdsOf('rook')), ...(await crdsOf('ceph-csi-operator'))]
const rules = new RuleBook()

const rookFields = fieldSamples(rookCephSchema).flatMap(({ values }) => values)
const classFields = Object.entries(cephParameters).flatMap(([name, schema]) => fieldSamples(schema, name).flatMap(({ values }) => values.map((value) => ({ [name]: value }))))

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
/** Maps are put together; lists are laid behind each other half of the time, as their lengths tell. */
function together(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return one.length % 2 === 0 ? [...one, ...other] : other
  if (!isMap(one) || !isMap(other)) return other
  return Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, Object.hasOwn(one, key) && Object.hasOwn(other, key) ? together(one[key], other[key]) : (other[key] ?? one[key])]))
}

const some = (fields: readonly unknown[], most: number) => fc.array(fc.constantFrom(...fields), { maxLength: most }).map((chosen) => chosen.reduce(together, {}))
const hosts = { storage: { nodes: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, devices: ['one', 'two', 'hdd'].map((deviceClass) => ({ name: `/dev/disk/by-id/ata-${deviceClass}`, config: { deviceClass } })) })) } }
const facts = { cluster: { schedulableNodes: 6 }, nodes: Object.fromEntries(hosts.storage.nodes.map(({ name }) => [name, { schedulable: true, memory: '512Gi', kernel: '6.8.0', zone: name, rack: name }])) }
const places = [{ fsName: 'shared' }, { pool: 'images' }, { filesystem: {} }, { blockPool: {} }, {}]

const declarations = fc.record({ rook: some(rookFields, 12), classes: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.tuple(fc.constantFrom(...places), some(classFields, 3))), hosted: fc.boolean() }).map(({ rook, classes, hosted }) => ({
  apiVersion: 'stowage.dev/v1alpha1',
  kind: 'Storage',
  metadata: { name: 'x' },
  spec: {
    backends: { ceph: { rookCeph: together(together({ filesystems: { shared: {} }, blockPools: { images: {} } }, rook), hosted ? hosts : {}) } },
    classes: Object.fromEntries(Object.entries(classes).map(([name, [place, fields]]) => [name, { backend: 'ceph', ...place, ...Object(fields) }])),
    facts,
  },
}))

test('what passes the checks is planned, stands on what is there, and is known to the definitions', () => {
  let passed = 0
  fc.assert(
    fc.property(declarations, (declaration) => {
      const { spec, findings } = readValue(declaration)
      if (spec === undefined) {
        expect(findings.some(({ severity }) => severity === 'error')).toBe(true)
        return
      }
      passed += 1
      const { objects, helmReleases } = planStorage(spec)
      const ids = new Set([...objects, ...helmReleases].map(({ id }) => id))
      expect(ids.size).toBe(objects.length + helmReleases.length)
      expect([...objects, ...helmReleases].flatMap(({ dependsOn }) => dependsOn).filter((id) => !ids.has(id))).toEqual([])
      for (const { object } of objects) {
        const definition = definitions.find(({ spec: { names, group } }) => names.kind === object.kind && object.apiVersion.startsWith(`${group}/`))
        if (definition !== undefined) expect(faultsOfObject(definition, JSON.parse(JSON.stringify(object)), rules), object.kind).toEqual({ unknown: [], faults: [] })
      }
    }),
    { numRuns: 120 },
  )
  expect(passed).toBeGreaterThan(5)
})

test('whatever stands where Ceph is declared, findings or a Spec come out', () => {
  const anything = fc.oneof(fc.jsonValue(), some(rookFields, 6), fc.array(fc.jsonValue()))
  const keys = [...Object.keys(rookCephSchema.shape), 'nothing']
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), anything), fc.dictionary(fc.constantFrom(...Object.keys(cephParameters), 'backend'), anything), (rookCeph, fields) => {
      const { spec, findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { ceph: { rookCeph } }, classes: { a: { backend: 'ceph', ...fields } } } })
      expect(spec !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true)
      if (spec !== undefined) planStorage(spec)
    }),
    { numRuns: 120 },
  )
})
