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
