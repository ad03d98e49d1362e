import { expect, test } from 'vitest'
import { readValue } from '../spec/read.ts'

const fsid = '4a1c0f7e-5d5b-4c1f-9a51-3f6f0f6e8a11'
function rulesOf(backend: object): readonly string[] {
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'home' }, spec: { backends: { one: backend }, classes: {} } })
  return findings.map(({ rule, path }) => `${rule} ${path.join('.')}`).filter((line) => line.startsWith('secret-in-text'))
}
const proxmox = (more: object): object => ({ proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'a' }, ...more } })

test('the fsid of a Ceph cluster and the name of a token are no secrets, though they look like them', () => {
  expect(rulesOf({ ceph: { clusterID: fsid, monitors: ['10.0.0.1:6789'], secrets: { rbd: 'a' } } })).toEqual([])
  expect(rulesOf(proxmox({ access: { tokenName: 'csi', vms: [101] } }))).toEqual([])
})

test('a token’s content in their place is one', () => {
  expect(rulesOf(proxmox({ access: { tokenName: fsid, vms: [101] } }))).toEqual(['secret-in-text spec.backends.one.proxmox.access.tokenName'])
  expect(rulesOf({ ceph: { clusterID: fsid, monitors: ['10.0.0.1:6789'], secrets: { rbd: fsid } } })).toEqual(['secret-in-text spec.backends.one.ceph.secrets.rbd'])
})

const inValues = (values: object): readonly string[] => rulesOf({ nfs: { server: 'nas.example', exports: { a: '/srv/a' }, driver: 'csi-driver-nfs', chart: { values } } }).map((line) => line.replace('secret-in-text spec.backends.one.nfs.chart.values.', ''))

test('a password in the values of a chart is one, whatever the chart calls it', () => {
  expect(inValues({ adminPassword: 'hunter2', auth: { clientSecret: 'x' }, env: { DB_PASSWORD: 'x' } })).toEqual(['adminPassword', 'auth.clientSecret', 'env.DB_PASSWORD'])
  expect(inValues({ env: [{ name: 'AWS_SECRET_ACCESS_KEY', value: 'wJalrXUtnFEMI' }, { name: 'LOG_LEVEL', value: 'debug' }] })).toEqual(['env.0.value'])
  expect(inValues({ extraObjects: [{ kind: 'Secret', stringData: { a: 'b' } }, { kind: 'ConfigMap', data: { a: 'b' } }] })).toEqual(['extraObjects.0.stringData'])
  expect(inValues({ url: 'https://user:hunter2@store.example/x', key: `AQ${'a'.repeat(36)}==`, jwt: `eyJ${'a'.repeat(20)}.eyJ${'a'.repeat(20)}.${'a'.repeat(20)}` })).toEqual(['url', 'key', 'jwt'])
})

test('names of Secrets, switches and addresses without a password are none', () => {
  expect(inValues({ existingSecret: 'a', password: true, url: 'https://user@store.example/x', image: 'a/b:1@sha256:c', env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] })).toEqual([])
})

test('what stands where the name of a variable belongs is taken for the content, and never repeated', () => {
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'home' }, spec: { backends: {}, classes: {}, secrets: { a: { environment: { token: 'hunter2!canary' } } } } })
  expect(findings.map(({ rule }) => rule)).toEqual(['secret-in-text'])
  expect(JSON.stringify(findings)).not.toContain('canary')
})
