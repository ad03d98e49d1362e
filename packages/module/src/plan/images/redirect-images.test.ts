import { expect, test } from 'vitest'
import { defineStorage } from '../../spec/read.ts'
import type { DeclaredSpec } from '../../spec/schema/declaration.ts'
import type { HelmRelease, Plan } from '../plan.ts'
import { planStorage } from '../plan-storage.ts'
import { formatImage, mirrored, parseImage } from './image-name.ts'
import { redirectImages } from './redirect-images.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const local = { backends: { disk: { local: { path: '/data' } } }, classes: { dirs: { backend: 'disk' } } }

function planOf(platform: NonNullable<DeclaredSpec['platform']>): Plan {
  return planStorage(defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { ...local, platform } }))
}

function imagesIn(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image ?? '')
}

test.each([
  ['busybox', 'docker.io/library/busybox'],
  ['velero/velero:v1', 'docker.io/velero/velero:v1'],
  ['localhost/x:1', 'localhost/x:1'],
  ['r.example:5000/x', 'r.example:5000/x'],
  [`quay.io/ceph/ceph:v20@${digest}`, `quay.io/ceph/ceph:v20@${digest}`],
])('%s is %s', (text, whole) => {
  expect(formatImage(parseImage(text))).toBe(whole)
})

test('the longest mirror wins, and only whole parts of a name match', () => {
  const mirrors = { 'registry.k8s.io': 'a.example', 'registry.k8s.io/sig-storage': 'b.example/sig' }
  expect(mirrored('registry.k8s.io/sig-storage/csi-attacher', mirrors)).toBe('b.example/sig/csi-attacher')
  expect(mirrored('registry.k8s.io/pause', mirrors)).toBe('a.example/pause')
  expect(mirrored('registry.k8s.io/sig-storage-two/x', mirrors)).toBe('a.example/sig-storage-two/x')
})

test('every image of the driver comes from the mirrors, with the digest that is asked for', () => {
  const images = imagesIn(planOf({ imageMirrors: { 'registry.k8s.io': 'm.example/k8s', 'ghcr.io': 'm.example/ghcr' }, imageDigests: { 'registry.k8s.io/sig-storage/csi-provisioner:v6.3.0': digest } }).objects)
  expect(images.length).toBeGreaterThan(2)
  expect(images.filter((image) => !image.startsWith('m.example/'))).toEqual([])
  expect(images).toContain(`m.example/k8s/sig-storage/csi-provisioner:v6.3.0@${digest}`)
})

test('without mirrors nothing changes', () => {
  expect(planOf({ distribution: 'kubernetes' }).objects).toEqual(planStorage(defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: local })).objects)
})

const release = (name: string, values: HelmRelease['values']): HelmRelease => ({
  id: `helm/s/${name}`, phase: 'velero', name, namespace: 's', chart: { name, repository: 'https://charts.example/x/', version: '1.0.0' }, values, reason: '', dependsOn: [], holdsData: false, losing: '', crds: [],
})

test('a chart’s own images are set in its values, over what it would take', () => {
  const plan: Plan = { ...planOf({}), helmReleases: [release('velero', { initContainers: [{ name: 'aws', image: 'velero/velero-plugin-for-aws:v1.14.3' }], image: { pullPolicy: 'Always' } }), release('csi-driver-nfs', {})] }
  const platform = { ...defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: local }).platform, imageMirrors: { 'docker.io': 'm.example', 'registry.k8s.io': 'm.example/k8s' }, imageDigests: { 'docker.io/velero/velero:v1.18.1': digest }, chartMirrors: { 'https://charts.example/x': 'oci://m.example/charts' } }
  const [velero, nfs] = redirectImages(plan, platform).helmReleases
  expect(velero?.chart.repository).toBe('oci://m.example/charts')
  expect(velero?.values).toEqual({ initContainers: [{ name: 'aws', image: 'm.example/velero/velero-plugin-for-aws:v1.14.3' }], image: { pullPolicy: 'Always', repository: 'm.example/velero/velero', tag: 'v1.18.1', digest }, kubectl: { image: { repository: 'm.example/k8s/kubectl' } } })
  expect(nfs?.values).toMatchObject({ image: { nfs: { repository: 'm.example/k8s/sig-storage/nfsplugin', tag: 'v4.13.4' }, csiProvisioner: { repository: 'm.example/k8s/sig-storage/csi-provisioner' } } })
  expect(redirectImages({ ...plan, helmReleases: [release('rook-ceph', {})] }, platform).notes.join()).toContain('ceph-csi-operator')
})

test.each([
  ['k0s', '/var/lib/k0s/kubelet'],
  ['microk8s', '/var/snap/microk8s/common/var/lib/kubelet'],
  ['rke2', '/var/lib/kubelet'],
] as const)('on %s the kubelet’s directory is %s', (distribution, root) => {
  const node = planOf({ distribution }).objects.find(({ object }) => object.kind === 'DaemonSet')
  expect(JSON.stringify(node)).toContain(`--kubelet-root=${root}"`)
})

test('on rke2 the controller runs on servers, whatever their taints', () => {
  const controller = planOf({ distribution: 'rke2' }).objects.find(({ object }) => object.kind === 'Deployment')
  expect(JSON.stringify(controller)).toContain('{"key":"node-role.kubernetes.io/etcd","operator":"Exists","effect":"NoExecute"}')
})
