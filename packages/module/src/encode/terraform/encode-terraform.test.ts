import { expect, test } from 'vitest'
import { accessActions, sampleDelivery, samplePlan } from '../sample-plan.test-data.ts'
import { encodeTerraform } from './encode-terraform.ts'
import { identifier, literal } from './terraform-json.ts'

const files = encodeTerraform({ ...samplePlan, hostActions: accessActions }, sampleDelivery)
const read = (path: string): ReturnType<typeof JSON.parse> => JSON.parse(files.find((file) => file.path === path)?.content ?? '{}')
const main = read('main.tf.json')
const releases = main.resource.helm_release

test('releases and charts that hold data, definitions or namespaces cannot be destroyed; the others can', () => {
  const guarded = Object.keys(releases).filter((name) => releases[name].lifecycle?.prevent_destroy === true)
  expect(guarded).toEqual(['home-namespace-kept', 'home-crds-kept', 'storage_rook-ceph', 'home-cluster-kept', 'home-pools-kept', 'home-claims-kept', 'storage_velero'])
})

test('everything comes after what is before it', () => {
  expect(releases['home-namespace-kept'].depends_on).toEqual([])
  expect(releases['home-pools-kept'].depends_on).toEqual(['helm_release.home-cluster-kept'])
  expect(releases['home-velero-after'].depends_on).toEqual(['helm_release.storage_velero'])
})

test('a renamed release keeps its state and its name', () => {
  expect(main.moved).toEqual([{ from: 'helm_release.storage_backup', to: 'helm_release.storage_velero' }])
  expect(releases.storage_velero.name).toBe('backup')
})

test('charts are pinned and values come from files, so that nothing of them is a template', () => {
  expect(releases['storage_ceph-csi-drivers']).toMatchObject({ repository: 'oci://registry.example/charts', chart: 'ceph-csi-drivers', version: '1.0.4+build', values: ['${file("${path.module}/values/ceph-csi-drivers.yaml")}'] })
  expect(files.find(({ path }) => path === 'values/rook-ceph.yaml')?.content).toContain('{{ x }}')
})

test('a changed object changes what Terraform looks at', () => {
  expect(releases['home-config'].values).toEqual(['${yamlencode({ objects = filesha256("${path.module}/charts/home-config/objects.yaml") })}'])
})

test('providers are pinned to one version', () => {
  for (const path of ['versions.tf.json', 'proxmox-pve/versions.tf.json']) {
    for (const provider of Object.values<{ version: string }>(read(path).terraform.required_providers)) expect(provider.version).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('user, role, token and ACL on Proxmox stand in a folder of their own, after what they need', () => {
  const { resource, output } = read('proxmox-pve/main.tf.json')
  expect(resource.proxmox_virtual_environment_role.role_CSI).toEqual({ role_id: 'CSI', privileges: ['VM.Audit', 'VM.Config.Disk'] })
  expect(resource.proxmox_virtual_environment_user_token['token_csi_pve_k8s']).toMatchObject({ user_id: 'csi@pve', token_name: 'k8s', depends_on: ['proxmox_virtual_environment_user.user_csi_pve'] })
  expect(resource.proxmox_virtual_environment_acl['acl_vms_101_CSI']).toMatchObject({ path: '/vms/101', token_id: 'csi@pve!k8s', propagate: false })
  expect(output['token_csi_pve_k8s']).toEqual({ value: '${proxmox_virtual_environment_user_token.token_csi_pve_k8s.value}', sensitive: true })
})

test('two actions whose ids look alike as identifiers stay two', () => {
  const alike = (id: string, path: string) => ({ id: `proxmox/pve/acl/${id}`, backend: 'pve', action: { kind: 'acl' as const, path, role: 'R', user: 'u@pve', propagate: false }, reason: 'x', dependsOn: [] })
  const made = encodeTerraform({ ...samplePlan, hostActions: [alike('storage/a_b/R', '/storage/a_b'), alike('storage/a/b_R', '/storage/a')] }, sampleDelivery)
  const blocks = JSON.parse(made.find(({ path }) => path === 'proxmox-pve/main.tf.json')?.content ?? '').resource.proxmox_virtual_environment_acl
  expect(Object.values<{ path: string }>(blocks).map(({ path }) => path)).toEqual(['/storage/a_b', '/storage/a'])
})

test('with proxmox: false the same actions are a script', () => {
  const paths = encodeTerraform({ ...samplePlan, hostActions: accessActions }, { terraform: { proxmox: false } }).map(({ path }) => path)
  expect(paths).toContain('proxmox-pve.sh')
  expect(paths.some((path) => path.startsWith('proxmox-pve/'))).toBe(false)
})

test.each([
  ['${path.module}', '$${path.module}'],
  ['%{ if true }', '%%{ if true }'],
  ['$${x}', '$$${x}'],
  ['100% of $5', '100% of $5'],
])('%s is written as %s, which Terraform reads as it was', (text, written) => {
  expect(literal(text)).toBe(written)
})

test('names of resources are names that Terraform allows', () => {
  expect(['1st', 'a b', 'storage_rook-ceph', 'csi@pve!k8s'].map(identifier)).toEqual(['_1st', 'a_b', 'storage_rook-ceph', 'csi_pve_k8s'])
})
