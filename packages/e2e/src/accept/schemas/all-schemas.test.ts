import { expect, test } from 'vitest'
import { allSchemas } from './all-schemas.ts'

const schemas = new Map((await allSchemas()).map(({ path, schema }) => [path, schema]))

test('there is a schema where kubeconform looks, for Kubernetes, each engine and each deliverer', () => {
  for (const path of [
    'v1/persistentvolume_v1.json',
    'storage.k8s.io/storageclass_v1.json',
    'apiextensions.k8s.io/customresourcedefinition_v1.json',
    'ceph.rook.io/cephcluster_v1.json',
    'velero.io/backupstoragelocation_v1.json',
    'snapshot.storage.k8s.io/volumesnapshotclass_v1.json',
    'csi.ceph.io/driver_v1.json',
    'monitoring.coreos.com/prometheusrule_v1.json',
    'helm.toolkit.fluxcd.io/helmrelease_v2.json',
    'kustomize.toolkit.fluxcd.io/kustomization_v1.json',
    'argoproj.io/application_v1alpha1.json',
  ]) expect([...schemas.keys()], path).toContain(path)
})

test('every schema closes its object and knows the metadata of Kubernetes', () => {
  const open = [...schemas].filter(([, schema]) => schema['additionalProperties'] !== false).map(([path]) => path)
  expect(open).toEqual([])
  const named = [...schemas].filter(([path, schema]) => path !== 'v1/status_v1.json' && !JSON.stringify(schema['definitions']).includes('meta.v1.ObjectMeta"')).map(([path]) => path)
  expect(named.filter((path) => !path.includes('list_'))).toEqual([])
})
