/** Every field that can be declared of Ceph lands somewhere: each is changed, and the plan must change with it. */
import { crdsOf } from '@stowage/wire/crds'
import { expect, test } from 'vitest'
import { planStorage } from '../src/plan/plan-storage.ts'
import type { Plan } from '../src/plan/plan.ts'
import { resolve } from '../src/spec/resolve.ts'
import { noFacts } from '../src/facts/facts.ts'
import { cephParameters, cephSchema, rookCephSchema } from '../src/spec/schema/ceph.ts'
import { declarationSchema } from '../src/spec/schema/declaration.ts'
import { planDifferences } from './plan-differences.ts'
import { refusals } from './refusals.ts'
import { fieldSamples, type FieldSample } from './schema-samples.ts'

type Around = (value: unknown, field: string) => { readonly backend: object; readonly classes: object }

const fsid = '7f3b2a10-52f4-4c2e-9d7e-0123456789ab'
const pools = { filesystems: { shared: { dataPools: [{ name: 'one' }, { name: 'two' }] } }, blockPools: { one: {}, two: {} } }

/** The parser's part of the schema only: what checks refuse beside it is not the question here. */
function planOf({ backend, classes }: ReturnType<Around>): Plan {
  const declaration = declarationSchema.parse({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { ceph: backend }, classes } })
  return planStorage(resolve(declaration, noFacts))
}

function landing({ field, values: [one, two] }: FieldSample, around: Around): readonly string[] {
  return planDifferences(planOf(around(one, field)), planOf(around(two, field)))
}

const map = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

const inRook: Around = (value, field) => ({ backend: { rookCeph: { ...map(value), ...(field.startsWith('charts.cluster') ? { deliverCluster: 'chart' } : {}) } }, classes: {} })
const outside: Around = (value) => ({ backend: { ceph: { clusterID: fsid, monitors: ['a:1'], secrets: {}, ...map(value) } }, classes: { rbd: { backend: 'ceph', pool: 'rbd' }, cephfs: { backend: 'ceph', fsName: 'cephfs' } } })
const ofFilesystem = /^(?:pool|mounter)$/
const inClass: Around = (value, field) => {
  const beside = /^(?:filesystem|fsName|blockPool)/.test(field) ? {} : ofFilesystem.test(field) ? { fsName: 'shared' } : { pool: 'one' }
  return { backend: { rookCeph: { ...pools, filesystems: { ...pools.filesystems, one: {}, two: {} } } }, classes: { sample: { backend: 'ceph', ...beside, ...map(value) } } }
}

const refused = new Map([['cleanupPolicy.confirmation', 'nowhere: refused, because it wipes disks']])

const tables: readonly (readonly [string, readonly FieldSample[], Around])[] = [
  ['spec.backends.<name>.rookCeph', fieldSamples(rookCephSchema).filter(({ field }) => !/^placement\.(?!all\.)\w+\.(?!tolerations\[\]\.key)/.test(field)), inRook],
  ['spec.backends.<name>.ceph', fieldSamples(cephSchema), outside],
  ['spec.classes.<name>', Object.entries(cephParameters).flatMap(([name, schema]) => fieldSamples(schema, name).map(({ field, values: [one, two] }) => ({ field, values: [{ [name]: one }, { [name]: two }] as const }))), inClass],
]

test.each(tables)('of %s there are fields to look at', (_, samples) => {
  expect(samples.length).toBeGreaterThan(5)
})

test.each(tables.flatMap(([where, samples, around]) => samples.map((sample) => [`${where}.${sample.field}`, sample, around] as const)))('%s lands in the plan', (_, sample, around) => {
  expect(landing(sample, around).length > 0 || refused.has(sample.field)).toBe(true)
})

const definitions = [...(await crdsOf('rook')), ...(await crdsOf('ceph-csi-operator'))]

test.each(tables)('whatever of %s is declared, the definitions know every field that is emitted', (_, samples, around) => {
  expect(samples.flatMap(({ field, values }) => values.flatMap((value) => refusals(definitions, planOf(around(value, field))).map((said) => `${field}: ${said}`)))).toEqual([])
})

test('the definitions refuse what they do not know, so that the test above can fail', () => {
  const { objects } = planOf(inRook({}, ''))
  const cluster = objects.find(({ object }) => object.kind === 'CephCluster')
  if (cluster === undefined) throw new Error('no CephCluster')
  expect(refusals(definitions, { ...planOf(inRook({}, '')), objects: [{ ...cluster, object: { ...cluster.object, spec: { mon: { cuont: 3, count: 10 } } } }] })).toHaveLength(2)
})

/** Below these, what is declared is handed on field by field as it stands; one row says so. Placement is one schema for all daemons. */
const handedOn = /^((?:placement\.\w+|.*metadataServer\.placement|resources\.<name>|.*metadataServer\.resources|.*nodes\[\]\.resources))\..*$/

test('the table of fields says where each one lands', async () => {
  const rows = tables.flatMap(([where, samples, around]) => {
    const byField = new Map<string, Set<string>>()
    for (const sample of samples) {
      const shown = sample.field.replace(handedOn, '$1.…')
      const places = byField.get(shown) ?? new Set<string>()
      const found = refused.has(sample.field) ? [refused.get(sample.field) ?? ''] : landing(sample, around)
      for (const place of found) places.add(shown.endsWith('…') ? place.replace(/^(\S+ \S*?(?:placement|resources)[^.]*(?:\.[\w-]+)?).*$/, '$1.…') : place)
      byField.set(shown, places)
    }
    return ['', `## \`${where}\``, '', '| field | lands in |', '|---|---|', ...[...byField].map(([field, places]) => `| \`${field}\` | ${[...places].join('; ')} |`)]
  })
  const text = ['# Where each field of Ceph lands', '', 'Made by a test that changes every field and looks at what changes in the plan (packages/module/test/field-table-ceph.test.ts).', ...rows, ''].join('\n')
  await expect(text).toMatchFileSnapshot('../../../docs/reference/ceph-fields.md')
})
