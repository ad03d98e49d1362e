import { expect, test } from 'vitest'
import { declaredDifferences } from '../plan/declared-differences.ts'
import { ownersAt, ownersOf } from './managed-fields.ts'
import { driftedFields, othersFields } from './object-drift.ts'

const live = {
  metadata: {
    name: 'x',
    labels: { 'a.b/c': 'ours', plain: 'theirs' },
    managedFields: [
      { manager: 'stowage', operation: 'Apply', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a.b/c': {} } }, 'f:spec': { 'f:size': {}, 'f:list': { 'k:{"name":"one"}': { '.': {}, 'f:name': {}, 'f:value': {} } } } } },
      { manager: 'kubectl-edit', operation: 'Update', time: '2026-02-01T00:00:00Z', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:plain': {} } }, 'f:spec': { 'f:mode': {}, 'f:finalizers': { 'v:"keep"': {} } } } },
      { manager: 'operator', operation: 'Update', subresource: 'status', time: '2026-03-01T00:00:00Z', fieldsV1: { 'f:status': { 'f:phase': {} } } },
    ],
  },
  spec: { size: 3, mode: 'slow', filled: true, list: [{ name: 'one', value: 1 }] },
  status: { phase: 'Ready' },
}

test('owners are read in the words of differences; writers of status own nothing here', () => {
  expect(ownersOf(live).map(({ manager, paths }) => [manager, paths])).toEqual([
    ['stowage', ['metadata.labels["a.b/c"]', 'spec.size', 'spec.list[one].name', 'spec.list[one].value']],
    ['kubectl-edit', ['metadata.labels.plain', 'spec.mode', 'spec.finalizers["keep"]']],
  ])
})

test('who scaled a workload is named, though it was by a subresource and the server wrote no time down', () => {
  const scaled = { metadata: { name: 'x', managedFields: [{ manager: 'stowage', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:size': {} } } }, { manager: 'kubectl', operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }] }, spec: { size: 3, replicas: 2 } }
  expect(driftedFields(scaled, [{ field: 'spec.replicas', before: 2, after: 1 }], 'stowage')).toEqual([{ field: 'spec.replicas', declared: 1, living: 2, cause: 'edited', by: { manager: 'kubectl' } }])
})

test('whoever owns a list owns what is in it, and the other way round; a name that only begins alike is another', () => {
  const at = (field: string): readonly string[] => ownersAt(ownersOf(live), field).map(({ manager }) => manager)
  expect([at('spec.list'), at('spec.list[one]'), at('spec.size.unit'), at('spec.sizes'), at('spec.mode')]).toEqual([['stowage'], ['stowage'], ['stowage'], [], ['kubectl-edit']])
})

test('each field is edited, changed in the declaration, or absent', () => {
  const fields = [{ field: 'spec.mode', before: 'slow', after: 'fast' }, { field: 'spec.size', before: 3, after: 4 }, { field: 'spec.gone', after: 1 }]
  expect(driftedFields(live, fields, 'stowage')).toEqual([
    { field: 'spec.mode', declared: 'fast', living: 'slow', cause: 'edited', by: { manager: 'kubectl-edit', at: '2026-02-01T00:00:00Z' } },
    { field: 'spec.size', declared: 4, living: 3, cause: 'declaration' },
    { field: 'spec.gone', declared: 1, cause: 'absent', by: { manager: 'kubectl-edit', at: '2026-02-01T00:00:00Z' } },
  ])
})

test('what others set and what the server filled in are told apart, and ours is neither', () => {
  expect(othersFields(live, 'stowage')).toEqual({ foreign: [{ field: 'spec.mode', manager: 'kubectl-edit' }, { field: 'metadata.labels.plain', manager: 'kubectl-edit' }], defaults: ['spec.filled'] })
})

test('where the server cannot be asked, only what is declared is compared', () => {
  const declared = { metadata: { name: 'x', labels: { 'a.b/c': 'ours' } }, spec: { size: 4, list: [{ name: 'one', value: 1 }] } }
  expect(declaredDifferences(live, declared)).toEqual([{ field: 'spec.size', before: 3, after: 4 }])
  expect(declaredDifferences(live, { ...declared, spec: { size: 3, list: [{ name: 'two' }] } }).map(({ field }) => field)).toEqual(['spec.list[one]', 'spec.list[two]'])
})
