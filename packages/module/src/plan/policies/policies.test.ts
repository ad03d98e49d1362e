import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import { planStorage } from '../plan-storage.ts'
import type { Plan } from '../plan.ts'

const base = { backends: { disk: { local: { path: '/data' } } }, classes: { dirs: { backend: 'disk' } } }
const read = (spec: object): ReturnType<typeof readValue> => readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { ...base, ...spec } })
const found = (spec: object): readonly string[] => read(spec).findings.map(({ rule, path }) => `${rule} ${path.slice(1).join('.')}`)

function planOf(spec: object): Plan {
  const { spec: resolved, findings } = read(spec)
  if (resolved === undefined) throw new Error(JSON.stringify(findings))
  return planStorage(resolved)
}

const quotas = { immich: { storage: '1Ti', claims: 20, classes: { dirs: { storage: '100Gi', claims: 5 } }, claim: { min: '1Gi', max: '500Gi' } } }

test('a quota in Kubernetes’ own words, for the namespace and for a class', () => {
  const plan = planOf({ policies: { quotas } })
  expect(plan.objects.filter(({ phase }) => phase === 'policies').map(({ object }) => object)).toMatchObject([
    {
      kind: 'ResourceQuota',
      metadata: { namespace: 'immich' },
      spec: { hard: { 'requests.storage': '1Ti', persistentvolumeclaims: '20', 'dirs.storageclass.storage.k8s.io/requests.storage': '100Gi', 'dirs.storageclass.storage.k8s.io/persistentvolumeclaims': '5' } },
    },
    { kind: 'LimitRange', spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '500Gi' }, min: { storage: '1Gi' } }] } },
  ])
  expect(plan.needs).toContainEqual(expect.objectContaining({ kind: 'Namespace', name: 'immich' }))
})

test('without an amount nothing is made of it', () => {
  expect(planOf({ policies: { quotas: { immich: { claim: { max: '1Gi' } } } } }).objects.filter(({ phase }) => phase === 'policies').map(({ object }) => object.kind)).toEqual(['LimitRange'])
})

test('nobody reaches the controller, and everybody does without policies', () => {
  const made = planOf({ policies: { networkPolicies: true } }).objects.filter(({ object }) => object.kind === 'NetworkPolicy')
  expect(made.map(({ object }) => object)).toMatchObject([{ metadata: { name: 'stowage-controller', namespace: 'storage-system' }, spec: { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'controller' } }, policyTypes: ['Ingress'], ingress: [] } }])
  expect(planOf({ policies: {} }).objects.some(({ object }) => object.kind === 'NetworkPolicy')).toBe(false)
})

const volumes = { data: { namespace: 'immich', class: 'dirs', node: 'n1', path: '/data/x', size: '200Gi' } }
test.each([
  ['a class that is not declared', { policies: { quotas: { a: { classes: { dir: { claims: 1 } } } } } }, ['unknown-class policies.quotas.a.classes.dir']],
  ['no claim fits', { policies: { quotas: { a: { claim: { min: '2Gi', max: '1Gi' } } } } }, ['limits-cross policies.quotas.a.claim.min']],
  ['the smallest claim is above the quota', { policies: { quotas: { a: { storage: '1Gi', claim: { min: '2Gi' } } } } }, ['limits-cross policies.quotas.a.claim.min']],
  ['just one size', { policies: { quotas: { a: { storage: '1Gi', claim: { min: '1Gi', max: '1Gi' } } } } }, []],
  ['less than what is adopted', { volumes, policies: { quotas: { immich: { storage: '199Gi', claim: { max: '199Gi' } } } } }, ['quota-below-volumes policies.quotas.immich.storage', 'quota-below-volumes policies.quotas.immich.claim.max']],
  ['exactly what is adopted', { volumes, policies: { quotas: { immich: { storage: '200Gi', claims: 1, claim: { max: '200Gi' } } } } }, []],
])('%s', (_, spec, expected) => {
  expect(found(spec)).toEqual(expected)
})
