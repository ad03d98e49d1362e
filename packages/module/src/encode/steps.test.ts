import { expect, test } from 'vitest'
import { object, release, samplePlan } from './sample-plan.test-data.ts'
import { named } from './names-in-cluster.ts'
import { releaseName, stepsOf } from './steps.ts'

test('phases in their order, releases between the objects that come before and those that wait for them', () => {
  expect(stepsOf(samplePlan).map(({ file }) => file)).toEqual([
    '05-namespace', '10-crds', '25-config', '36-helm-rook-ceph', '41-helm-ceph-csi-drivers', '45-workloads', '50-cluster', '55-pools', '60-classes', '70-claims',
    '75-velero', '76-helm-backup', '79-velero-after', '80-locations', '85-schedules',
  ])
})

test('a release that waits for another of its phase comes after it', () => {
  const releases = [release('drivers', 'second', { dependsOn: ['helm/storage/first'] }), release('drivers', 'first')]
  expect(stepsOf({ ...samplePlan, objects: [], helmReleases: releases }).map(({ file }) => file)).toEqual(['41-helm-first', '42-helm-second'])
})

test('what cannot be put into an order is refused, not guessed', () => {
  const circle = [release('drivers', 'one', { dependsOn: ['helm/storage/two'] }), release('drivers', 'two', { dependsOn: ['helm/storage/one'] })]
  expect(() => stepsOf({ ...samplePlan, helmReleases: circle })).toThrow(/helm\/storage\/one, helm\/storage\/two of phase drivers/)
  const between = [release('drivers', 'one'), release('drivers', 'two', { dependsOn: ['ConfigMap/storage/between'] })]
  const objects = [object('drivers', 'v1', 'ConfigMap', 'between', { namespace: 'storage', dependsOn: ['helm/storage/one'] })]
  expect(() => stepsOf({ ...samplePlan, objects, helmReleases: between })).toThrow(/cannot be put into an order/)
  expect(() => stepsOf({ ...samplePlan, helmReleases: [release('drivers', 'one'), release('operators', 'one')] })).toThrow(/two releases are called one/)
})

test('a renamed release goes on under its first name, however the plan writes it', () => {
  expect(releaseName(release('velero', 'velero', { renamedFrom: 'backup' }))).toBe('backup')
  expect(releaseName(release('velero', 'velero', { renamedFrom: 'helm/velero/backup' }))).toBe('backup')
  expect(releaseName(release('velero', 'velero'))).toBe('velero')
})

test('names keep what tells them apart when the declaration’s is long', () => {
  expect(named('home', 'classes', 63)).toBe('home-classes')
  const long = named(`${'a'.repeat(40)}-${'b'.repeat(22)}`, 'helm-ceph-csi-drivers', 63)
  expect(long).toHaveLength(62)
  expect(long).toMatch(/^a{40}-helm-ceph-csi-drivers$/)
})

test('two objects with one id are refused: one would take the place of the other', () => {
  const twice = [...samplePlan.objects, ...samplePlan.objects.slice(0, 1)]
  expect(() => stepsOf({ ...samplePlan, objects: twice })).toThrow(/would be made twice/)
})
