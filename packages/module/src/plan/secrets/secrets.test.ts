import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import { planStorage } from '../plan-storage.ts'

const spec = {
  backends: { pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } } } },
  classes: { fast: { backend: 'pve', storage: 'local-zfs' } },
}
const read = (secrets: unknown): ReturnType<typeof readValue> => readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { ...spec, secrets } })
const found = (secrets: unknown): readonly string[] => read(secrets).findings.map(({ rule, path }) => `${rule} ${path.slice(1).join('.')}`)
const vault = { store: { name: 'vault' }, data: { token_id: { key: 'secret/viktor', property: 'id' }, token_secret: { key: 'secret/viktor', property: 'secret' } } }

test('from Vault: an ExternalSecret that holds no content, and the Secret is no longer asked of others', () => {
  const { spec: resolved } = read({ 'proxmox-csi': { externalSecret: vault } })
  if (resolved === undefined) throw new Error('refused')
  const plan = planStorage(resolved)
  expect(plan.needs.map(({ kind, name }) => `${kind}/${name}`)).toEqual(['CustomResourceDefinition/externalsecrets.external-secrets.io'])
  expect(plan.objects.find(({ id }) => id.includes('ExternalSecret'))).toMatchObject({
    phase: 'secrets',
    ready: { conditions: ['Ready'] },
    object: {
      metadata: { name: 'proxmox-csi', namespace: 'storage-system' },
      spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' }, data: [{ secretKey: 'token_id', remoteRef: { key: 'secret/viktor', property: 'id' } }, { secretKey: 'token_secret' }] },
    },
  })
})

test('from the environment and a file: apply makes it, and the plan holds only where from', () => {
  const { spec: resolved } = read({ 'proxmox-csi': { environment: { token_id: 'TOKEN_ID' }, file: { token_secret: './token' } } })
  if (resolved === undefined) throw new Error('refused')
  const plan = planStorage(resolved)
  expect(plan.secrets.map(({ namespace, name, key, source }) => [namespace, name, key, source])).toEqual([
    ['storage-system', 'proxmox-csi', 'token_id', { from: 'environment', variable: 'TOKEN_ID' }],
    ['storage-system', 'proxmox-csi', 'token_secret', { from: 'file', path: './token' }],
  ])
  expect(plan.objects.some(({ object }) => object.kind === 'Secret')).toBe(false)
})

test.each([
  ['two sources', { 'proxmox-csi': { externalSecret: vault, file: { token_id: 'x' } } }, ['secret-of-two-sources secrets.proxmox-csi']],
  ['a key of two sources', { other: { environment: { a: 'A' }, file: { a: 'x' } } }, ['secret-of-two-sources secrets.other.file.a']],
  ['an AWS key instead of a file', { other: { file: { cloud: 'AKIAIOSFODNN7EXAMPLE' } } }, ['secret-in-text secrets.other.file.cloud']],
  ['no source', { other: {} }, ['secret-without-source secrets.other']],
  ['a key is missing', { 'proxmox-csi': { file: { token_id: 'x' } } }, ['secret-lacks-key secrets.proxmox-csi']],
  ['a namespace too far', { 'proxmox-csi': { namespace: 'elsewhere', file: { token_id: 'x' } } }, ['secret-elsewhere secrets.proxmox-csi.namespace']],
  ['content instead of the name of a variable', { other: { environment: { a: 'hunter2 is my password' } } }, ['secret-in-text secrets.other.environment.a']],
])('%s', (_, secrets, expected) => {
  expect(found(secrets)).toEqual(expected)
})
