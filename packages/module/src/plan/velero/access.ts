/** Who may restore. Kubernetes' own roles (view, edit, admin) hold nothing of Velero, so whoever has not this role cannot. */
import type { Spec } from '../../spec/spec.ts'
import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'
import { restorerName } from './names.ts'

const rbac = 'rbac.authorization.k8s.io'
const velero = 'velero.io'
const read = ['get', 'list', 'watch']

export function restorerAccess(spec: Spec, { namespace, restorers }: VeleroSpec): readonly KubernetesObject[] {
  if (restorers.length === 0) return []
  const metadata = { name: restorerName, namespace, labels: labelsOf(spec, 'system') }
  const subjects = restorers
    .map(({ kind, name, namespace: of }) => ({ kind, name, ...(kind === 'ServiceAccount' ? { namespace: of ?? namespace } : { apiGroup: rbac }) }))
    .toSorted((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1))
  const rules = [
    { apiGroups: [velero], resources: ['restores'], verbs: [...read, 'create', 'delete'] },
    { apiGroups: [velero], resources: ['backups', 'schedules', 'backupstoragelocations', 'podvolumerestores', 'datadownloads'], verbs: read },
    // `velero restore logs` and `describe --details` ask the server for a signed URL.
    { apiGroups: [velero], resources: ['downloadrequests', 'serverstatusrequests'], verbs: [...read, 'create', 'delete'] },
  ]
  return [
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup: rbac, kind: 'Role', name: restorerName }, subjects },
  ]
}
