/**
 * The snapshot controller as external-snapshotter v8.6.0 deploys it (deploy/kubernetes/snapshot-controller), less the rules for
 * group snapshots, which are behind a gate that stays shut.
 */
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

export const snapshotNamespace = 'kube-system'
export const snapshotControllerName = 'snapshot-controller'
const runner = 'snapshot-controller-runner'
const election = 'snapshot-controller-leaderelection'

const api = 'snapshot.storage.k8s.io'
const rbac = 'rbac.authorization.k8s.io'
const read = ['get', 'list', 'watch']

const rules = [
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: read },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: [...read, 'update'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch', 'create', 'update', 'patch'] },
  { apiGroups: [api], resources: ['volumesnapshotclasses'], verbs: read },
  { apiGroups: [api], resources: ['volumesnapshotcontents'], verbs: [...read, 'create', 'update', 'delete', 'patch'] },
  { apiGroups: [api], resources: ['volumesnapshotcontents/status'], verbs: ['patch'] },
  { apiGroups: [api], resources: ['volumesnapshots'], verbs: [...read, 'create', 'update', 'patch', 'delete'] },
  { apiGroups: [api], resources: ['volumesnapshots/status'], verbs: ['update', 'patch'] },
] as const

/** Upstream's own selector, so that a controller that upstream's files made is adopted rather than doubled. */
const selector = { 'app.kubernetes.io/name': snapshotControllerName }

export function snapshotLabels(spec: Spec): Readonly<Record<string, string>> {
  return { ...labelsOf(spec, 'system'), ...selector, 'app.kubernetes.io/component': snapshotControllerName }
}

export function controllerAccess(spec: Spec): readonly KubernetesObject[] {
  const labels = snapshotLabels(spec)
  const cluster = (name: string) => ({ name, labels })
  const local = (name: string) => ({ name, namespace: snapshotNamespace, labels })
  const subjects = [{ kind: 'ServiceAccount', name: snapshotControllerName, namespace: snapshotNamespace }]
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: local(snapshotControllerName) },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: cluster(runner), rules },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: cluster('snapshot-controller-role'), roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: runner }, subjects },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: local(election), rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...read, 'delete', 'update', 'create'] }] },
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: local(election), roleRef: { apiGroup: rbac, kind: 'Role', name: election }, subjects },
  ]
}

export function controllerDeployment(spec: Spec): KubernetesObject {
  const { image, replicas } = spec.snapshots
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: snapshotControllerName, namespace: snapshotNamespace, labels: snapshotLabels(spec) },
    spec: {
      replicas,
      // Longer than a lease lives: a replica that comes up must not take over while the old leader still works.
      minReadySeconds: 35,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: snapshotLabels(spec) },
        spec: {
          serviceAccountName: snapshotControllerName,
          priorityClassName: 'system-cluster-critical',
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }],
          securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: snapshotControllerName,
              image,
              imagePullPolicy: 'IfNotPresent',
              args: ['--v=3', '--leader-election=true'],
              resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  }
}
