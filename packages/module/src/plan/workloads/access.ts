/**
 * Service accounts and what each may do: no more than the sidecars' own RBAC files ask for at their versions
 * (deploy/kubernetes/rbac.yaml of each), less Secrets, snapshots and everything else that is not used here.
 */
import type { Spec } from '../../spec/spec.ts'
import type { KubernetesObject } from '../plan.ts'
import { labelsOf } from '../labels.ts'
import { controllerName } from './controller.ts'
import { localBackend, proxmoxBackends } from './driver-config.ts'
import { nodeName } from './node.ts'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const read = ['get', 'list', 'watch']
const storage = 'storage.k8s.io'
const events: Rule = { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'] }

const provisioner: readonly Rule[] = [
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: [...read, 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: [...read, 'update', 'patch'] },
  { apiGroups: [''], resources: ['nodes'], verbs: read },
  { apiGroups: [storage], resources: ['storageclasses', 'csinodes', 'volumeattachments', 'volumeattributesclasses'], verbs: read },
  events,
]
const attacher: readonly Rule[] = [
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: [...read, 'patch'] },
  { apiGroups: [storage], resources: ['csinodes'], verbs: read },
  { apiGroups: [storage], resources: ['volumeattachments'], verbs: [...read, 'patch'] },
  { apiGroups: [storage], resources: ['volumeattachments/status'], verbs: ['patch'] },
]
const resizer: readonly Rule[] = [
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: [...read, 'patch'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: read },
  { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['pods'], verbs: read },
  { apiGroups: [storage], resources: ['volumeattributesclasses'], verbs: read },
  events,
]
/** Looks up the virtual machine of a node, keeps its topology labels, and reads whether a volume was ever formatted. */
const driverController: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] },
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list'] },
]
/** Its node's labels, and the annotation on a volume that says to every node that it was formatted; RBAC cannot say "its own". */
const driverNode: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list', 'patch'] },
]

/** In the driver's own namespace: elections, and capacities with their owner. */
const elections: readonly Rule[] = [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...read, 'create', 'update', 'patch', 'delete'] }]
const capacities: readonly Rule[] = [
  { apiGroups: [storage], resources: ['csistoragecapacities'], verbs: [...read, 'create', 'update', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['replicasets', 'daemonsets'], verbs: ['get'] },
]

export function accessObjects(spec: Spec): readonly KubernetesObject[] {
  const proxmox = proxmoxBackends(spec).length > 0
  const local = localBackend(spec) !== undefined
  return [
    serviceAccount(spec, controllerName, 'controller'),
    serviceAccount(spec, nodeName, 'node'),
    ...clusterAccess(spec, controllerName, controllerName, driverController),
    ...(proxmox ? clusterAccess(spec, 'stowage-provisioner', controllerName, provisioner) : []),
    ...(proxmox ? clusterAccess(spec, 'stowage-attacher', controllerName, attacher) : []),
    ...clusterAccess(spec, 'stowage-resizer', controllerName, resizer),
    ...namespaceAccess(spec, controllerName, [...elections, ...(proxmox ? capacities : [])]),
    ...clusterAccess(spec, nodeName, nodeName, driverNode),
    ...(local ? clusterAccess(spec, 'stowage-local-provisioner', nodeName, provisioner) : []),
    ...(local ? namespaceAccess(spec, nodeName, capacities) : []),
  ]
}

function serviceAccount(spec: Spec, name: string, component: 'controller' | 'node'): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: spec.namespace, labels: labelsOf(spec, component) } }
}

const rbac = 'rbac.authorization.k8s.io'

function clusterAccess(spec: Spec, name: string, account: string, rules: readonly Rule[]): readonly KubernetesObject[] {
  const metadata = { name, labels: labelsOf(spec, 'system') }
  return [
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name }, subjects: [subject(spec, account)] },
  ]
}

function namespaceAccess(spec: Spec, account: string, rules: readonly Rule[]): readonly KubernetesObject[] {
  const metadata = { name: account, namespace: spec.namespace, labels: labelsOf(spec, 'system') }
  return [
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup: rbac, kind: 'Role', name: account }, subjects: [subject(spec, account)] },
  ]
}

function subject(spec: Spec, name: string) {
  return { kind: 'ServiceAccount', name, namespace: spec.namespace }
}
