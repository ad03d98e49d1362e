/** What a declaration says of the cluster around its storage, and how it is delivered. */
import * as fc from 'fast-check'
import type { DeclaredSpec } from '../../src/spec/schema/declaration.ts'
import { flag, given, maybe } from './words.ts'

const external = { externalSecret: { store: { name: 'vault' }, data: { token_id: { key: 'secret/pve', property: 'id' }, token_secret: { key: 'secret/pve', property: 'secret' } } } }

export const around: fc.Arbitrary<Partial<DeclaredSpec>> = fc
  .record({
    namespace: maybe(fc.constantFrom('storage', 'rook-ceph')),
    snapshots: maybe(fc.constantFrom<NonNullable<DeclaredSpec['snapshots']>>({ controller: 'install' }, { controller: 'external' }, { controller: 'none' }, {})),
    monitoring: maybe(fc.record({ alerts: flag, dashboards: flag, serviceMonitors: flag }).map(given)),
    policies: maybe(fc.record({ networkPolicies: flag, quotas: maybe(fc.constant({ immich: { storage: '1Ti', claims: 10, claim: { max: '500Gi' } } })) }).map(given)),
    platform: maybe(fc.constantFrom<NonNullable<DeclaredSpec['platform']>>({ distribution: 'k3s' }, { distribution: 'rke2' }, { imageMirrors: { 'docker.io': 'mirror.example/docker' } }, { chartMirrors: { 'https://charts.rook.io/release': 'oci://mirror.example/rook' } })),
    secrets: maybe(fc.constant({ 'pve-token': external })),
    facts: fc.constant<DeclaredSpec['facts']>({ cluster: { schedulableNodes: 3, version: 'v1.36.3' }, nodes: Object.fromEntries(['n1', 'n2', 'n3'].map((node) => [node, { kernel: '6.8.0', memory: '64Gi' }])) }),
    delivery: fc.constant<DeclaredSpec['delivery']>({ argocd: { repoURL: 'https://git.example/home.git', path: 'clusters/home' }, flux: { path: './clusters/home/' }, terraform: {} }),
  })
  .map(given)
