/** Random plans: objects with whatever text people put into them, releases from indexes and registries, dependencies that go backwards only. */
import * as fc from 'fast-check'
import { idOf, phases, type HelmRelease, type KubernetesObject, type Phase, type Plan, type PlannedObject } from '../src/plan/plan.ts'
import type { DeliverySpec } from '../src/spec/cluster-spec.ts'

/** Texts that one of the tools between here and the cluster might take for something else. */
const treacherous = fc.constantFrom(
  '{{ $value }} of {{ $labels.node }}', '{{- end }}', '{{ .Files.Get "x" }}', '${path.module}', '%{ if true }', '$${x}', '${VAR:=y}', '$(NAME)', 'a\n---\nb: c\n', '...', 'yes', 'null', '1e3', '0x1F', "it's", '"', '\\', '# no', '  x', 'x \n y', '\t', 'é\u2028', "'; rm -rf / #", '{{`{{`}}', '~', '*a', '!x', '- a', 'a: b', '%', '@', '<<',
)
const text = fc.oneof(treacherous, fc.string({ maxLength: 12 }))
const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/)
const value = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, fc.integer(), fc.boolean(), fc.array(tie('node'), { maxLength: 3 }), fc.dictionary(text, tie('node'), { maxKeys: 3 })),
})).node
const map = fc.dictionary(text, value, { maxKeys: 4 })

const kinds: readonly (readonly [Phase, string, string, boolean, boolean])[] = [
  ['namespace', 'v1', 'Namespace', false, false],
  ['crds', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', false, false],
  ['config', 'v1', 'ConfigMap', true, false],
  ['workloads', 'apps/v1', 'Deployment', true, false],
  ['cluster', 'ceph.rook.io/v1', 'CephCluster', true, true],
  ['pools', 'ceph.rook.io/v1', 'CephFilesystem', true, true],
  ['classes', 'storage.k8s.io/v1', 'StorageClass', false, false],
  ['volumes', 'v1', 'PersistentVolume', false, true],
  ['claims', 'v1', 'PersistentVolumeClaim', true, true],
  ['locations', 'velero.io/v1', 'BackupStorageLocation', true, false],
  ['monitoring', 'monitoring.coreos.com/v1', 'PrometheusRule', true, false],
]

const annotations = fc.option(fc.dictionary(fc.oneof(name, fc.constantFrom('argocd.argoproj.io/sync-options', 'helm.sh/resource-policy')), text, { maxKeys: 3 }), { nil: undefined })

const planned = fc.record({ kind: fc.constantFrom(...kinds), name, namespace: name, annotations, spec: map, reason: text, ready: fc.boolean() }).map((one): PlannedObject => {
  const [phase, apiVersion, kind, namespaced, holdsData] = one.kind
  const metadata = { name: one.name, ...(namespaced ? { namespace: one.namespace } : {}), ...(one.annotations === undefined ? {} : { annotations: one.annotations }) }
  const object: KubernetesObject = { apiVersion, kind, metadata, spec: one.spec }
  return {
    id: idOf(object), phase, object, reason: one.reason === '' ? 'because' : one.reason, dependsOn: [], holdsData, losing: 'something is lost',
    ...(one.ready && holdsData ? { ready: { fields: { 'status.phase': 'Ready' }, conditions: ['Ready'] } } : {}),
  }
})

const release = fc
  .record({ phase: fc.constantFrom<Phase>('operators', 'drivers', 'velero'), name, namespace: name, chart: name, oci: fc.boolean(), version: fc.constantFrom('v1.20.6', '1.0.4', '12.1.0', '0.5.9+build'), values: map, holdsData: fc.boolean(), reason: text })
  .map((one): HelmRelease => ({
    id: `helm/${one.namespace}/${one.name}`, phase: one.phase, name: one.name, namespace: one.namespace,
    chart: { name: one.chart, repository: one.oci ? 'oci://registry.example/charts' : `https://${one.chart}.example/release`, version: one.version },
    values: one.values, reason: one.reason, dependsOn: [], holdsData: one.holdsData, losing: 'a driver', crds: one.holdsData ? ['things.example.org'] : [],
  }))

/** Everything may depend on anything of an earlier phase, objects on releases of their own. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .record({
    name,
    objects: fc.uniqueArray(planned, { selector: ({ id }) => id, maxLength: 12 }),
    releases: fc.uniqueArray(release, { selector: ({ name: releaseName }) => releaseName, maxLength: 4 }),
    picks: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
  })
  .map(({ name: planName, objects, releases, picks }) => {
    const order = (phase: Phase): number => phases.indexOf(phase)
    const sorted = objects.toSorted((a, b) => order(a.phase) - order(b.phase))
    const pick = (phase: Phase, index: number): readonly string[] => {
      const before = [...sorted.filter((one) => order(one.phase) < order(phase)), ...releases.filter((one) => order(one.phase) < order(phase))]
      const chosen = before.length === 0 ? undefined : before[(picks[index % 16] ?? 0) % before.length]
      return chosen === undefined ? [] : [chosen.id]
    }
    return {
      name: planName, namespace: 'storage-system', needs: [], hostActions: [], secrets: [], notes: [],
      objects: sorted.map((one, index) => ({ ...one, dependsOn: pick(one.phase, index) })),
      helmReleases: releases.toSorted((a, b) => order(a.phase) - order(b.phase)).map((one, index) => ({ ...one, dependsOn: pick(one.phase, index + 7) })),
    }
  })

export const delivery: DeliverySpec = {
  argocd: { repoURL: 'https://git.example/home.git', path: 'clusters/home/storage', targetRevision: 'main', project: 'storage', namespace: 'argocd', server: 'https://kubernetes.default.svc' },
  flux: { sourceRef: { kind: 'GitRepository', name: 'flux-system' }, path: 'clusters/home/storage', namespace: 'flux-system', interval: '10m' },
  terraform: { proxmox: true },
}
