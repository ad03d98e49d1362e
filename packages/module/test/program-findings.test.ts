/** What is said of a Pulumi program's arguments: each rule has arguments that trip it, and a near miss that does not. */
import type { Finding } from '@stowage/core'
import { expect, test } from 'vitest'
import { registrationRules } from '../src/registration/rules.ts'
import { prepare, type Preparing } from '../src/registration/prepare.ts'

/** Stands for an Output: known later. */
class Later {
  readonly later = true
}

const backends = { disk: { local: { path: '/data' } } }
const declaration = { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes: { dirs: { backend: 'disk' } } } }
const withSpec = (more: object): object => ({ ...declaration, spec: { ...declaration.spec, ...more } })
const secrets = { token: { environment: { password: 'TOKEN' } } }
const accept = [{ check: 'pool-needs-more-hosts', object: 'pool/a', reason: 'a trial', until: '2026-12-31' }]
const brought = { 'storage-system/token': { password: 'x' } }

type Arguments = Pick<Preparing, 'declaration'> & Partial<Preparing>

const rows: readonly (readonly [string, Arguments, string, Arguments])[] = [
  ['input-not-plain', { declaration: withSpec({ backends: { disk: { local: { path: '/data' } }, more: new Later() } }) }, 'spec.backends.more', { declaration: withSpec({ namespace: new Later() }) }],
  ['not-data', { declaration: withSpec({ namespace: new URL('https://x.example') }) }, 'spec.namespace', { declaration: withSpec({ namespace: 'x' }) }],
  ['secret-without-content', { declaration: withSpec({ secrets }) }, 'secrets.storage-system/token.password', { declaration: withSpec({ secrets }), contents: brought }],
  ['secret-nobody-reads', { declaration: withSpec({ secrets }), contents: { ...brought, 'storage-system/tokne': { password: 'x' } } }, 'secrets.storage-system/tokne', { declaration: withSpec({ secrets }), contents: brought }],
  ['unknown-import', { declaration, imports: { 'storage.k8s.io/StorageClass/dris': 'dirs' } }, 'import.storage.k8s.io/StorageClass/dris', { declaration, imports: {} }],
  ['acceptances-without-a-day', { declaration: withSpec({ accept }) }, 'spec.accept', { declaration: withSpec({ accept }), options: { today: '2026-11-21' } }],
]

function found(given: Arguments): readonly Finding[] {
  return prepare({ options: {}, contents: {}, imports: {}, isInput: (value) => value instanceof Later, ...given }).findings
}

test('every rule of a program’s arguments has its row', () => {
  expect(rows.map(([rule]) => rule).toSorted()).toEqual(Object.keys(registrationRules).toSorted())
})

test.each(rows)('%s trips at its place, and the near miss does not', (rule, trips, at, near) => {
  expect(found(trips).filter((one) => one.rule === rule).map(({ path }) => path.join('.'))).toEqual([at])
  expect(found(near).filter((one) => one.rule === rule || one.severity === 'error')).toEqual([])
})

test('their sentences, as they are read at night', async () => {
  const said = rows.flatMap(([rule, trips]) => found(trips).filter((one) => one.rule === rule).map(({ severity, path, message, remedy = '' }) => `${rule}\n  ${severity}, ${path.join('.')}:\n    ${message}\n    → ${remedy}\n`))
  await expect(said.join('\n')).toMatchFileSnapshot('./findings/program-messages.txt')
})
