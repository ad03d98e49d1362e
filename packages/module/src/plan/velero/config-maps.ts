/** What Velero reads from ConfigMaps of its namespace. */
import type { Spec } from '../../spec/spec.ts'
import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { KubernetesObject, PlannedObject } from '../plan.ts'
import { changeClassName, repositoryConfigName, volumePoliciesName } from './names.ts'
import { policiesText, volumePolicies } from './volume-policies.ts'

export function configMaps(spec: Spec, velero: VeleroSpec, before: readonly string[]): readonly PlannedObject[] {
  const one = (object: KubernetesObject, reason: string, losing: string): PlannedObject => planned('config', object, reason, before, losing)
  const policies = volumePolicies(spec, velero)
  return [
    one(repositoryConfig(spec, velero), `deleted data leaves the buckets by ${velero.maintenance.fullMaintenanceInterval}`, 'Velero does not start again; no data is lost'),
    ...(policies.length === 0
      ? []
      : [one(configMap(spec, velero, volumePoliciesName, { 'policies.yaml': `${reasons(velero)}${policiesText(policies)}` }), policiesReason(velero), 'every scheduled backup fails until it is back: they name it')]),
    ...(Object.keys(velero.changeStorageClass).length === 0
      ? []
      : [one(changeOfClass(spec, velero), 'on restore, volumes get another class', 'restored volumes keep the class that they had')]),
  ]
}

function configMap(spec: Spec, { namespace }: VeleroSpec, name: string, data: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { ...labelsOf(spec, 'system'), ...labels } }, data }
}

function repositoryConfig(spec: Spec, velero: VeleroSpec): KubernetesObject {
  return configMap(spec, velero, repositoryConfigName, { kopia: JSON.stringify({ fullMaintenanceInterval: velero.maintenance.fullMaintenanceInterval }) })
}

function changeOfClass(spec: Spec, velero: VeleroSpec): KubernetesObject {
  return configMap(spec, velero, changeClassName, velero.changeStorageClass, { 'velero.io/plugin-config': '', 'velero.io/change-storage-class': 'RestoreItemAction' })
}

function policiesReason({ enableSnapshotBackups, enableFilesystemBackups, exclusions }: VeleroSpec): string {
  const how = enableSnapshotBackups ? `what can be snapshotted is, ${enableFilesystemBackups ? 'and the files of the rest are read' : 'and the rest is left out'}; nothing is taken twice` : 'which volumes are left out'
  return exclusions.length === 0 ? how : `${how}. Left out: ${exclusions.map(({ name, reason }) => `${name} (${reason})`).join('; ')}`
}

/** The reasons go along as comments: whoever reads the ConfigMap in the cluster learns them, too. */
function reasons({ exclusions }: VeleroSpec): string {
  return exclusions.map(({ name, reason }) => `# ${name}: ${reason.replaceAll(/\s+/g, ' ')}\n`).join('')
}
