import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'

function read(delivery: unknown) {
  return readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'home' }, spec: { backends: { disk: { local: { path: '/var/lib/stowage' } } }, classes: {}, delivery } })
}
const faultsOf = (delivery: unknown): readonly string[] => read(delivery).findings.map(({ rule, path }) => `${rule} ${path.join('.')}`)

test.each(['https://me:hunter2@git.example/x.git', 'https://ghp_token@git.example/x.git', 'ssh://git:hunter2@git.example/x.git'])('a repository’s URL with credentials is refused: %s', (repoURL) => {
  const { findings } = read({ argocd: { repoURL, path: 'a' } })
  expect(findings.map(({ rule }) => rule)).toEqual(['repository-credentials'])
  expect(JSON.stringify(findings)).not.toMatch(/hunter2|ghp_token/)
})

test.each(['https://git.example/x.git', 'ssh://git@git.example/x.git', 'git@git.example:x.git', 'oci://registry.example/x', 'https://git.example/a@b/x.git'])('one without is not: %s', (repoURL) => {
  expect(faultsOf({ argocd: { repoURL, path: 'a' } })).toEqual([])
})

test('every fault is found at once', () => {
  expect(faultsOf({ argocd: { repoURL: 'file:///x', path: '/abs' }, flux: { path: '../up', interval: '10 minutes', sourceRef: { kind: 'Bucket' } }, terraform: { proxmox: 'yes' }, argo: {} }).toSorted()).toEqual(
    ['invalid-value spec.delivery.argocd.path', 'invalid-value spec.delivery.argocd.repoURL', 'invalid-value spec.delivery.flux.interval', 'invalid-value spec.delivery.flux.path', 'invalid-value spec.delivery.flux.sourceRef.kind', 'unknown-key spec.delivery.argo', 'wrong-type spec.delivery.terraform.proxmox'].toSorted(),
  )
})

test('defaults are those of an ordinary installation', () => {
  expect(read({ argocd: { repoURL: 'https://git.example/x.git', path: './a/b/' }, flux: { path: 'a' }, terraform: {} }).spec?.delivery).toEqual({
    argocd: { repoURL: 'https://git.example/x.git', path: 'a/b', targetRevision: 'HEAD', project: 'default', namespace: 'argocd', server: 'https://kubernetes.default.svc' },
    flux: { sourceRef: { kind: 'GitRepository', name: 'flux-system' }, path: 'a', namespace: 'flux-system', interval: '10m' },
    terraform: { proxmox: true },
  })
  expect(read({}).spec?.delivery).toEqual({})
})
