/** A small plan with one of everything that an encoding treats in a way of its own. For tests. */
import { idOf, type HelmRelease, type HostAction, type KubernetesObject, type Phase, type Plan, type PlannedObject } from '../plan/plan.ts'
import type { DeliverySpec } from '../spec/cluster-spec.ts'

export function object(phase: Phase, apiVersion: string, kind: string, name: string, more: Partial<PlannedObject> & { readonly namespace?: string; readonly body?: object } = {}): PlannedObject {
  const { namespace, body, ...rest } = more
  const made: KubernetesObject = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...body }
  return { id: idOf(made), phase, object: made, reason: `why ${kind} ${name} exists`, dependsOn: [], holdsData: false, losing: `${name} is gone`, ...rest }
}

export function release(phase: Phase, name: string, more: Partial<HelmRelease> = {}): HelmRelease {
  return {
    id: `helm/storage/${name}`, phase, name, namespace: 'storage', chart: { name, repository: `https://${name}.example/charts`, version: '1.2.3' },
    values: { replicas: 1 }, reason: `why ${name} is released`, dependsOn: [], holdsData: false, losing: 'nothing new is made', crds: [], ...more,
  }
}

const ready = { fields: { 'status.phase': 'Ready' } }

export const samplePlan: Plan = {
  name: 'home',
  namespace: 'storage',
  objects: [
    object('namespace', 'v1', 'Namespace', 'storage'),
    object('crds', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'volumesnapshots.snapshot.storage.k8s.io'),
    object('config', 'v1', 'ConfigMap', 'settings', { namespace: 'storage', body: { data: { text: '{{ .Values.x }} ${path.module} $(NAME)' } } }),
    object('workloads', 'apps/v1', 'Deployment', 'controller', { namespace: 'storage' }),
    object('cluster', 'ceph.rook.io/v1', 'CephCluster', 'ceph', { namespace: 'storage', holdsData: true, ready }),
    object('pools', 'ceph.rook.io/v1', 'CephFilesystem', 'shared', { namespace: 'storage', holdsData: true, ready, dependsOn: ['ceph.rook.io/CephCluster/storage/ceph'] }),
    object('pools', 'ceph.rook.io/v1', 'CephFilesystemSubVolumeGroup', 'shared-csi', { namespace: 'storage', holdsData: true, ready, dependsOn: ['ceph.rook.io/CephFilesystem/storage/shared'] }),
    object('classes', 'storage.k8s.io/v1', 'StorageClass', 'fast', { renamedFrom: 'storage.k8s.io/StorageClass/quick' }),
    object('claims', 'v1', 'PersistentVolumeClaim', 'photos', { namespace: 'immich', holdsData: true }),
    object('velero', 'v1', 'ConfigMap', 'policies', { namespace: 'velero' }),
    object('velero', 'velero.io/v1', 'Restore', 'first', { namespace: 'velero', dependsOn: ['helm/storage/velero'] }),
    object('locations', 'velero.io/v1', 'BackupStorageLocation', 'garage', { namespace: 'velero', ready: { fields: { 'status.phase': 'Available' } } }),
    object('schedules', 'velero.io/v1', 'Schedule', 'daily', { namespace: 'velero', ready: { fields: { 'status.phase': 'Enabled' } } }),
  ],
  needs: [{ kind: 'Secret', namespace: 'storage', name: 'pve-token', reason: "the API token; it's never part of a plan" }],
  helmReleases: [
    release('operators', 'rook-ceph', { crds: ['cephclusters.ceph.rook.io'], values: { note: '{{ x }}', image: { tag: 'v1' } } }),
    release('drivers', 'ceph-csi-drivers', { chart: { name: 'ceph-csi-drivers', repository: 'oci://registry.example/charts/', version: '1.0.4+build' }, dependsOn: ['helm/storage/rook-ceph'] }),
    release('velero', 'velero', { renamedFrom: 'backup', holdsData: true }),
  ],
  hostActions: [],
  secrets: [],
  notes: ['No schedule is declared for team-a: none is made.'],
}

export const accessActions: readonly HostAction[] = [
  { id: 'proxmox/pve/role/CSI', backend: 'pve', action: { kind: 'role', role: 'CSI', privileges: ['VM.Audit', 'VM.Config.Disk'] }, reason: 'what the driver may do', dependsOn: [] },
  { id: 'proxmox/pve/user/csi@pve', backend: 'pve', action: { kind: 'user', user: 'csi@pve', comment: "the cluster's driver" }, reason: 'a user of its own', dependsOn: [] },
  { id: 'proxmox/pve/token/csi@pve!k8s', backend: 'pve', action: { kind: 'token', user: 'csi@pve', token: 'k8s', privilegeSeparation: true }, reason: 'its token', dependsOn: ['proxmox/pve/user/csi@pve'] },
  { id: 'proxmox/pve/acl/vms/101/CSI', backend: 'pve', action: { kind: 'acl', path: '/vms/101', role: 'CSI', token: 'csi@pve!k8s', propagate: false }, reason: 'its token on /vms/101', dependsOn: ['proxmox/pve/role/CSI', 'proxmox/pve/token/csi@pve!k8s'] },
]

export const sampleDelivery: Required<DeliverySpec> = {
  argocd: { repoURL: 'https://git.example/home.git', path: 'clusters/home', targetRevision: 'main', project: 'storage', namespace: 'argocd', server: 'https://kubernetes.default.svc' },
  flux: { sourceRef: { kind: 'GitRepository', name: 'flux-system' }, path: 'clusters/home', namespace: 'flux-system', interval: '10m' },
  terraform: { proxmox: true },
}
