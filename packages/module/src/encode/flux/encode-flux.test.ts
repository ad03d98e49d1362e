import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parseAllDocuments, type parse } from 'yaml'
import { schemaNameOf, schemaOf } from '@stowage/wire/schemas'
import { sampleDelivery, samplePlan } from '../sample-plan.test-data.ts'
import { encodeFlux } from './encode-flux.ts'

const files = encodeFlux(samplePlan, sampleDelivery)
const documentsOf = (path: string): ReturnType<typeof parse>[] => parseAllDocuments(files.find((file) => file.path === path)?.content ?? '').map((document) => document.toJS())
const kustomizations = documentsOf('kustomizations.yaml')
const step = (name: string): ReturnType<typeof parse> => kustomizations.find(({ metadata }) => metadata.name === `home-${name}`)
const annotation = (path: string, key: string): unknown => documentsOf(path)[0].metadata.annotations?.[`kustomize.toolkit.fluxcd.io/${key}`]

test('everything of Flux is what its definitions allow', async () => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const all = files.filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml')).flatMap(({ path }) => documentsOf(path))
  const ofFlux = all.filter(({ apiVersion }) => String(apiVersion).includes('.fluxcd.io/'))
  for (const one of ofFlux) {
    const name = schemaNameOf(one.apiVersion, one.kind)
    if (name === undefined) throw new Error(`no schema for ${one.kind}`)
    const validate = ajv.compile(await schemaOf(name))
    expect(validate(one), `${one.metadata.name} ${JSON.stringify(validate.errors)}`).toBe(true)
  }
  expect(new Set(ofFlux.map(({ kind }) => kind))).toEqual(new Set(['Kustomization', 'HelmRepository', 'OCIRepository', 'HelmRelease']))
})

test('each step waits for the one before, and the first for the places that charts come from', () => {
  expect(step('sources').spec.dependsOn).toBeUndefined()
  expect(step('namespace').spec.dependsOn).toEqual([{ name: 'home-sources' }])
  expect(step('pools').spec.dependsOn).toEqual([{ name: 'home-cluster' }])
  expect(step('velero-after').spec.dependsOn).toEqual([{ name: 'home-helm-backup' }])
  expect(step('claims').spec.wait).toBe(false)
})

test('what is not ready by existing has an expression that says when it is', () => {
  expect(step('locations').spec.healthCheckExprs).toEqual([{ apiVersion: 'velero.io/v1', kind: 'BackupStorageLocation', current: "has(status.phase) && status.phase == 'Available'" }])
})

test('data, namespaces and definitions are never pruned, and their Kustomizations leave them behind', () => {
  for (const name of ['namespace', 'crds', 'cluster', 'claims']) {
    expect(annotation(`steps/${name}/objects.yaml`, 'prune')).toBe('Disabled')
    expect(step(name).spec.deletionPolicy).toBe('Orphan')
  }
  expect(annotation('steps/classes/objects.yaml', 'force')).toBe('Enabled')
  expect(annotation('steps/workloads/objects.yaml', 'prune')).toBeUndefined()
})

test('releases that hold data or bring definitions are not uninstalled by a prune; definitions are upgraded with them', () => {
  expect(annotation('steps/helm-rook-ceph/release.yaml', 'prune')).toBe('Disabled')
  expect(annotation('steps/helm-backup/release.yaml', 'prune')).toBe('Disabled')
  expect(annotation('steps/helm-ceph-csi-drivers/release.yaml', 'prune')).toBeUndefined()
  const [{ spec }] = documentsOf('steps/helm-rook-ceph/release.yaml')
  expect(spec).toMatchObject({ releaseName: 'rook-ceph', targetNamespace: 'storage', storageNamespace: 'storage', install: { crds: 'CreateReplace' }, upgrade: { crds: 'CreateReplace' } })
  const [drivers] = documentsOf('steps/helm-ceph-csi-drivers/release.yaml')
  expect(drivers.spec).toMatchObject({ dependsOn: [{ name: 'home-rook-ceph' }], chartRef: { kind: 'OCIRepository', name: 'home-ceph-csi-drivers' } })
})

test('the top of a repository is a path, too', () => {
  const top = encodeFlux(samplePlan, { flux: { ...sampleDelivery.flux, path: '' } })
  expect(top.find(({ path }) => path === 'kustomizations.yaml')?.content).toContain('path: "./steps/classes"')
})

test('a registry’s tag has no plus, and its chart is one address', () => {
  const oci = documentsOf('steps/sources/sources.yaml').find(({ kind }) => kind === 'OCIRepository')
  expect(oci.spec).toMatchObject({ url: 'oci://registry.example/charts/ceph-csi-drivers', ref: { tag: '1.0.4_build' } })
})

test('a plan without releases has no sources; without a path there is nothing that Flux could fetch', () => {
  const plain = encodeFlux({ ...samplePlan, helmReleases: [], objects: samplePlan.objects.slice(0, 2) }, sampleDelivery)
  expect(plain.some(({ path }) => path.includes('sources'))).toBe(false)
  expect(parseAllDocuments(plain.find(({ path }) => path === 'kustomizations.yaml')?.content ?? '')[0]?.toJS().spec.dependsOn).toBeUndefined()
  expect(() => encodeFlux(samplePlan, {})).toThrow(/spec\.delivery\.flux with path/)
})
