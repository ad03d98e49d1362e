/** Every text here was taken from a kube-apiserver v1.36.3. */
import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { Api, KubeInput } from '../api.ts'
import { createStore } from '../store.ts'

function api(): Api {
  return createStore(new VirtualWorld({ seed: 3 }).process('lab').effects).client('test')
}

type Body = KubeInput & Record<string, unknown>
const claim = (spec: object): Body => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'x', namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec } })
const volume = (spec: object): Body => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'x' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec } })
const pod = (spec: object): Body => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
const storageClass = (rest: object): Body => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'x' }, provisioner: 'a.example.com', ...rest })
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const deployment = (spec: object): Body => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'x' } }, template, ...spec } })
const statefulSet = (spec: object): Body => ({ ...deployment(spec), kind: 'StatefulSet' })

test.each<[string, string, Body, string]>([
  ['no access modes', 'persistentvolumeclaims', claim({ accessModes: [] }), 'PersistentVolumeClaim "x" is invalid: spec.accessModes: Required value: at least 1 access mode is required'],
  ['no size', 'persistentvolumeclaims', claim({ resources: {} }), 'PersistentVolumeClaim "x" is invalid: spec.resources[storage]: Required value'],
  ['a size of zero', 'persistentvolumeclaims', claim({ resources: { requests: { storage: '0' } } }), 'PersistentVolumeClaim "x" is invalid: spec.resources[storage]: Invalid value: "0": must be greater than zero'],
  ['a quantity that is none', 'persistentvolumeclaims', claim({ resources: { requests: { storage: 'ten' } } }), "PersistentVolumeClaim in version \"v1\" cannot be handled as a PersistentVolumeClaim: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ['an unknown field', 'persistentvolumeclaims', claim({ storageClas: 'y' }), 'PersistentVolumeClaim in version "v1" cannot be handled as a PersistentVolumeClaim: strict decoding error: unknown field "spec.storageClas"'],
  ['a wrong type', 'persistentvolumeclaims', claim({ storageClassName: 7 }), 'PersistentVolumeClaim in version "v1" cannot be handled as a PersistentVolumeClaim: json: cannot unmarshal number into Go struct field PersistentVolumeClaimSpec.spec.storageClassName of type string'],
  ['no source', 'persistentvolumes', volume({}), 'PersistentVolume "x" is invalid: spec: Required value: must specify a volume type'],
  ['two sources', 'persistentvolumes', volume({ hostPath: { path: '/x' }, nfs: { server: 'a', path: '/b' } }), 'PersistentVolume "x" is invalid: spec.nfs: Forbidden: may not specify more than 1 volume type'],
  ['a climbing path', 'persistentvolumes', volume({ hostPath: { path: '/x/../y' } }), 'PersistentVolume "x" is invalid: spec.hostPath.path: Invalid value: "/x/../y": must not contain \'..\''],
  ['no capacity', 'persistentvolumes', volume({ capacity: null, hostPath: { path: '/x' } }), 'PersistentVolume "x" is invalid: [spec.capacity: Required value, spec.capacity: Unsupported value: null: supported values: "storage"]'],
  ['no provisioner', 'storageclasses.storage.k8s.io', storageClass({ provisioner: '' }), 'StorageClass.storage.k8s.io "x" is invalid: provisioner: Required value'],
  ['a binding mode that is none', 'storageclasses.storage.k8s.io', storageClass({ volumeBindingMode: 'Later' }), 'StorageClass.storage.k8s.io "x" is invalid: volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"'],
  ['no containers', 'pods', pod({ containers: [] }), 'Pod "x" is invalid: spec.containers: Required value'],
  ['no image', 'pods', pod({ containers: [{ name: 'c' }] }), 'Pod "x" is invalid: spec.containers[0].image: Required value'],
  ['a mount of nothing', 'pods', pod({ containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'd', mountPath: '/d' }] }] }), 'Pod "x" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "d"'],
  ['no selector', 'deployments.apps', deployment({ selector: undefined }), 'Deployment.apps "x" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`]'],
  ['another selector', 'statefulsets.apps', statefulSet({ selector: { matchLabels: { app: 'y' } } }), 'StatefulSet.apps "x" is invalid: spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`'],
])('%s', (_, resource, body, message) => {
  expect(() => api().create(resource, body)).toThrow(expect.objectContaining({ message }))
})

const merge = 'application/merge-patch+json'

test('the source of a volume is immutable, and what would change is shown as the real server shows it', () => {
  const client = api()
  client.create('persistentvolumes', volume({ csi: { driver: 'csi.proxmox.sinextra.dev', volumeHandle: 'pve/pve1/local-zfs/pvc-b' } }))
  expect(() => client.patch('persistentvolumes', 'x', undefined, merge, { spec: { csi: { volumeHandle: 'pve/pve2/local-zfs/x' } } })).toThrow(
    expect.objectContaining({ message: `PersistentVolume "x" is invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation
@@ -22,7 +22,7 @@
  "StorageOS": null,
  "CSI": {
   "Driver": "csi.proxmox.sinextra.dev",
-  "VolumeHandle": "pve/pve1/local-zfs/pvc-b",
+  "VolumeHandle": "pve/pve2/local-zfs/x",
   "ReadOnly": false,
   "FSType": "",
   "VolumeAttributes": null,
` }),
  )
})

test('only a bound claim of an expandable class grows, and none shrinks', () => {
  const client = api()
  client.create('storageclasses.storage.k8s.io', storageClass({ allowVolumeExpansion: true }))
  client.create('persistentvolumeclaims', claim({ storageClassName: 'x', resources: { requests: { storage: '2Gi' } } }))
  const resize = (storage: string) => client.patch('persistentvolumeclaims', 'x', 'default', merge, { spec: { resources: { requests: { storage } } } })
  expect(() => resize('3Gi')).toThrow(/^PersistentVolumeClaim "x" is invalid: spec: Forbidden: spec is immutable after creation except resources\.requests and volumeAttributesClassName for bound claims\n@@ -6,7 \+6,7 @@\n/)
  client.patch('persistentvolumeclaims', 'x', 'default', merge, { status: { phase: 'Bound', capacity: { storage: '2Gi' } } }, { subresource: 'status' })
  expect(resize('3Gi')).toMatchObject({ spec: { resources: { requests: { storage: '3Gi' } } } })
  expect(() => resize('1Gi')).toThrow('PersistentVolumeClaim "x" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity')
  client.patch('storageclasses.storage.k8s.io', 'x', undefined, merge, { allowVolumeExpansion: false })
  expect(() => resize('4Gi')).toThrow('persistentvolumeclaims "x" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
})

test('what a class does is fixed when it is made', () => {
  const client = api()
  client.create('storageclasses.storage.k8s.io', storageClass({ parameters: { a: 'b' } }))
  const patch = (body: object) => () => client.patch('storageclasses.storage.k8s.io', 'x', undefined, merge, body)
  expect(patch({ parameters: { a: 'c' } })).toThrow('StorageClass.storage.k8s.io "x" is invalid: parameters: Invalid value: {"a":"c"}: field is immutable')
  expect(patch({ reclaimPolicy: 'Retain' })).toThrow('StorageClass.storage.k8s.io "x" is invalid: reclaimPolicy: Invalid value: "Retain": field is immutable')
  expect(patch({ allowVolumeExpansion: true })()).toMatchObject({ allowVolumeExpansion: true })
})

test('of a StatefulSet only some fields may change', () => {
  const client = api()
  client.create('statefulsets.apps', statefulSet({ serviceName: 'a' }))
  const patch = (spec: object) => () => client.patch('statefulsets.apps', 'x', 'default', merge, { spec })
  expect(patch({ serviceName: 'b' })).toThrow(
    "StatefulSet.apps \"x\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  )
  expect(patch({ replicas: 3 })()).toMatchObject({ spec: { replicas: 3 } })
})
