import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { schemaOf } from '@stowage/wire/schemas'
import { object, sampleDelivery, samplePlan } from '../sample-plan.test-data.ts'
import { encodeArgocd } from './encode-argocd.ts'

const files = encodeArgocd(samplePlan, sampleDelivery)
const read = (path: string): ReturnType<typeof parse> => parse(files.find((file) => file.path === path)?.content ?? 'missing: true')
const applications = files.filter(({ path }) => path === 'root.yaml' || path.startsWith('applications/')).map(({ content }) => parse(content))
const objects = files.filter(({ path }) => path.startsWith('objects/')).flatMap(({ content }) => parseAllDocuments(content).map((document) => document.toJS()))
const options = (kind: string): string | undefined => objects.find((one) => one.kind === kind).metadata.annotations?.['argocd.argoproj.io/sync-options']

test('every Application is what Argo CD’s definition allows', async () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(await schemaOf('application_v1alpha1'))
  for (const application of applications) expect(validate(application), JSON.stringify(validate.errors)).toBe(true)
  expect(applications).toHaveLength(16)
})

test('waves go up with the phases, and a release is an Application with its version and values', () => {
  const waves = applications.slice(1).map(({ metadata }) => Number(metadata.annotations['argocd.argoproj.io/sync-wave']))
  expect(waves).toEqual(waves.toSorted((a, b) => a - b))
  expect(read('applications/36-helm-rook-ceph.yaml').spec.source).toEqual({ repoURL: 'https://rook-ceph.example/charts', chart: 'rook-ceph', targetRevision: '1.2.3', helm: { releaseName: 'rook-ceph', valuesObject: { note: '{{ x }}', image: { tag: 'v1' } } } })
  expect(read('applications/41-helm-ceph-csi-drivers.yaml').spec.source).toMatchObject({ repoURL: 'registry.example/charts', chart: 'ceph-csi-drivers' })
})

test('data, namespaces and definitions are never pruned or deleted; only StorageClasses are replaced', () => {
  for (const kind of ['CephCluster', 'CephFilesystem', 'PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition']) expect(options(kind)).toBe('Prune=false,Delete=false')
  expect(options('StorageClass')).toBe('Force=true,Replace=true')
  for (const { kind, metadata } of objects) if (kind !== 'StorageClass') expect(metadata.annotations?.['argocd.argoproj.io/sync-options'] ?? '').not.toMatch(/Force|Replace/)
})

test('nothing is pruned by itself, and no Application takes its objects along when it goes', () => {
  for (const { spec, metadata } of applications) {
    expect(spec.syncPolicy.automated.prune).toBe(false)
    expect(spec.syncPolicy.syncOptions).toEqual(expect.arrayContaining(['ServerSideApply=true', 'SkipDryRunOnMissingResource=true']))
    expect(metadata.finalizers).toBeUndefined()
  }
})

test('what the declaration says itself about syncing stays, less what would lose data', () => {
  const annotations = { 'argocd.argoproj.io/sync-options': 'Prune=true, Validate=false', 'argocd.argoproj.io/sync-wave': '7' }
  const claim = object('claims', 'v1', 'PersistentVolumeClaim', 'x', { namespace: 'a', holdsData: true })
  const plan = { ...samplePlan, objects: [{ ...claim, object: { ...claim.object, metadata: { ...claim.object.metadata, annotations } } }] }
  const [made] = encodeArgocd(plan, sampleDelivery).filter(({ path }) => path.startsWith('objects/'))
  expect(parse(made?.content ?? '').metadata.annotations).toEqual({ 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false,Validate=false', 'argocd.argoproj.io/sync-wave': '7' })
})

test('within a step, what depends on another comes a wave later', () => {
  const group = objects.find(({ kind }) => kind === 'CephFilesystemSubVolumeGroup')
  expect(group.metadata.annotations['argocd.argoproj.io/sync-wave']).toBe('1')
  expect(objects.find(({ kind }) => kind === 'CephFilesystem').metadata.annotations['argocd.argoproj.io/sync-wave']).toBeUndefined()
})

test('kinds that Argo CD cannot judge get a health check from what the plan waits for; the others keep Argo CD’s own', () => {
  const { data } = read('argocd-cm-patch.yaml')
  expect(Object.keys(data)).toEqual([
    'resource.customizations.health.argoproj.io_Application',
    'resource.customizations.health.ceph.rook.io_CephFilesystem',
    'resource.customizations.health.ceph.rook.io_CephFilesystemSubVolumeGroup',
    'resource.customizations.health.velero.io_BackupStorageLocation',
  ])
  expect(data['resource.customizations.health.velero.io_BackupStorageLocation']).toContain('at(obj, "status", "phase") == "Available"')
})

test('the top of a repository is a path, too', () => {
  const top = encodeArgocd(samplePlan, { argocd: { ...sampleDelivery.argocd, path: '' } })
  expect(parse(top.find(({ path }) => path === 'root.yaml')?.content ?? '').spec.source.path).toBe('applications')
})

test('without a repository there is nothing that Argo CD could fetch', () => {
  expect(() => encodeArgocd(samplePlan, {})).toThrow(/spec\.delivery\.argocd with repoURL and path/)
})
