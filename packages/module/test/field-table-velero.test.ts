/** Every field that can be declared of backups and snapshots lands somewhere: each is changed, and the plan must change with it. */
import { crdsOf } from '@stowage/wire/crds'
import { expect, test } from 'vitest'
import { noFacts } from '../src/facts/facts.ts'
import { planStorage } from '../src/plan/plan-storage.ts'
import type { Plan } from '../src/plan/plan.ts'
import { resolve } from '../src/spec/resolve.ts'
import { declarationSchema } from '../src/spec/schema/declaration.ts'
import { snapshotsSchema } from '../src/spec/schema/snapshots.ts'
import { veleroSchema } from '../src/spec/schema/velero.ts'
import { planDifferences } from './plan-differences.ts'
import { refusals } from './refusals.ts'
import { fieldSamples, type FieldSample } from './schema-samples.ts'

const ceph = { clusterID: '7f3b2a10-52f4-4c2e-9d7e-0123456789ab', monitors: ['a:1'], secrets: { cephfs: 'x' } }
const classes = { one: { backend: 'ceph', fsName: 'fs' }, two: { backend: 'ceph', pool: 'rbd' }, dirs: { backend: 'disk' } }
const location = { provider: 'aws', bucket: 'b' }
const backups = { enableSnapshotBackups: true, locations: { a: location }, offsite: 'a', schedules: { gfs: {}, a: { schedule: '0 0 * * *' } } }

/** The parser's part of the schema only: what checks refuse beside it is not the question here. */
function planOf(spec: object): Plan {
  const backends = { ceph: { ceph }, disk: { local: { path: '/data' } } }
  return planStorage(resolve(declarationSchema.parse({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes, ...spec } }), noFacts))
}

type Around = (value: unknown) => object
const map = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})
const inVelero: Around = (value) => ({ backup: { velero: { ...backups, ...map(value) } } })
const inSnapshots: Around = (value) => ({ snapshots: map(value) })

function landing({ values: [one, two] }: FieldSample, around: Around): readonly string[] {
  const [before, after] = [planOf(around(one)), planOf(around(two))]
  const differs = (of: (plan: Plan) => unknown): boolean => JSON.stringify(of(before)) !== JSON.stringify(of(after))
  const places = planDifferences(before, after)
  return [
    ...places,
    ...(differs(({ secrets }) => secrets) ? ['a Secret that apply makes'] : []),
    ...(differs(({ objects }) => objects.map(({ renamedFrom }) => renamedFrom)) && places.length === 0 ? ['identity in earlier plans'] : []),
    ...(differs(({ notes }) => notes) && places.length === 0 ? ['a note of the plan'] : []),
  ]
}

/** Tiers stand under the name gfs; everything else of a schedule under its own. */
const tier = /^schedules\.<name>\.(?:hourly|daily|weekly|monthly|offsite)\./
const veleroSamples = fieldSamples(veleroSchema).map((sample): FieldSample => {
  if (tier.test(sample.field)) return { field: sample.field.replace('<name>', 'gfs'), values: [renamed(sample.values[0]), renamed(sample.values[1])] }
  const [one, two] = sample.values
  return sample.field === 'restorers[].namespace' ? { field: sample.field, values: [ofAccount(one), ofAccount(two)] } : sample
})

/** Only a ServiceAccount has one. */
function ofAccount(value: unknown): unknown {
  const { restorers } = Object(value)
  return { restorers: [{ ...Object(restorers)[0], kind: 'ServiceAccount' }] }
}

function renamed(value: unknown): unknown {
  const { schedules } = Object(value)
  return { schedules: { gfs: Object.values(Object(schedules))[0] } }
}

/** What is not written anywhere, and what is done with it instead. */
const checkedOnly = new Map([
  ['locations.<name>.livesOn', 'nowhere: such a location is refused'],
  ['repositoryPassword.existing', 'need of a Secret; false is refused'],
])

const tables: readonly (readonly [string, readonly FieldSample[], Around])[] = [
  ['spec.backup.velero', veleroSamples, inVelero],
  ['spec.snapshots', fieldSamples(snapshotsSchema), inSnapshots],
]

test.each(tables.flatMap(([where, samples, around]) => samples.map((sample) => [`${where}.${sample.field}`, sample, around] as const)))('%s lands in the plan', (_, sample, around) => {
  expect(landing(sample, around).length > 0 || checkedOnly.has(sample.field)).toBe(true)
})

test('what is only checked lands nowhere, or this table would lie', () => {
  for (const [, samples, around] of tables) for (const sample of samples) if (checkedOnly.has(sample.field)) expect(landing(sample, around)).toEqual([])
})

const definitions = [...(await crdsOf('velero')), ...(await crdsOf('external-snapshotter'))]

// A template is handed on; its own check holds it to the definition (checks/velero/template.ts).
test.each(tables)('whatever of %s is declared, the definitions know every field that is emitted', (_, samples, around) => {
  const emitted = samples.filter(({ field }) => !field.startsWith('schedules.<name>.template'))
  expect(emitted.flatMap(({ field, values }) => values.flatMap((value) => refusals(definitions, planOf(around(value))).map((said) => `${field}: ${said}`)))).toEqual([])
})

test('the table of fields says where each one lands', async () => {
  const rows = tables.flatMap(([where, samples, around]) => ['', `## \`${where}\``, '', '| field | lands in |', '|---|---|', ...samples.map((sample) => `| \`${sample.field}\` | ${checkedOnly.get(sample.field) ?? landing(sample, around).join('; ')} |`)])
  const text = ['# Where each field of backups and snapshots lands', '', 'Made by a test that changes every field and looks at what changes in the plan (packages/module/test/field-table-velero.test.ts).', ...rows, ''].join('\n')
  await expect(text).toMatchFileSnapshot('../../../docs/reference/backup-fields.md')
})
