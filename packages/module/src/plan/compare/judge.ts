/**
 * What each change means. Which fields are immutable was asked of kube-apiserver v1.36.3 with an update of every field that
 * the plan sets.
 */
import { Size } from '@stowage/core'
import type { Plan, PlannedObject } from '../plan.ts'
import type { Difference } from './differences.ts'
import { judgeConfig } from './judge-config.ts'
import type { Verdict } from './effect.ts'

/** Fields that Kubernetes does not change in place, by kind. */
const immutable: Readonly<Record<string, RegExp>> = {
  StorageClass: /^(?:provisioner|parameters|reclaimPolicy|volumeBindingMode)\b/,
  CSIDriver: /^spec\.(?:attachRequired|volumeLifecycleModes)\b/,
  PersistentVolume: /^spec\.(?:csi|volumeMode|nodeAffinity)\b/,
  PersistentVolumeClaim: /^spec\.(?:accessModes|volumeMode|storageClassName|volumeName)\b/,
  Deployment: /^spec\.selector\b/,
  DaemonSet: /^spec\.selector\b/,
  RoleBinding: /^roleRef\b/,
  ClusterRoleBinding: /^roleRef\b/,
}

export function judgeUpdate({ object: before }: PlannedObject, { object }: PlannedObject, fields: readonly Difference[]): Verdict {
  const { kind, metadata } = object
  const fixed = fields.filter(({ field }) => immutable[kind]?.test(field) === true)
  const names = fixed.map(({ field }) => field).join(', ')
  if (kind === 'StorageClass' && fields.some(({ field, after }) => field === 'reclaimPolicy' && after === 'Delete')) {
    return { effect: 'destroys-data', sentence: `class ${metadata.name} is made again with Delete: from then on a deleted claim takes its data along; volumes that exist keep their policy` }
  }
  if (kind === 'StorageClass' && fixed.length > 0) return { effect: 'recreate', sentence: `class ${metadata.name} is deleted and made again, because ${names} cannot change; volumes that exist stay as they were made` }
  if (kind === 'PersistentVolume' && fixed.length > 0) return { effect: 'recreate', sentence: `volume ${metadata.name} and its claim are deleted and made again, because ${names} cannot change; pods that use it must stop; the data stays (${policyOf(before)})` }
  if (kind === 'PersistentVolumeClaim') return judgeClaim(metadata.name, fields, names)
  if (kind === 'CSIDriver' && fixed.length > 0) return { effect: 'interrupts', sentence: `driver ${metadata.name} is unknown for a moment, because ${names} cannot change in place; nothing is mounted until it is back` }
  if (kind === 'ConfigMap') return judgeConfig(before, object)
  if (fixed.length > 0) return { effect: 'recreate', sentence: `${kind} ${metadata.name} is deleted and made again, because ${names} cannot change` }
  return { effect: 'safe', sentence: `${kind} ${metadata.name} is changed in place${kind === 'Deployment' || kind === 'DaemonSet' ? '; its pods are replaced, mounted volumes stay mounted' : ''}` }
}

function judgeClaim(name: string, fields: readonly Difference[], fixed: string): Verdict {
  if (fixed !== '') return { effect: 'recreate', sentence: `claim ${name} is deleted and made again, because ${fixed} cannot change; pods that use it must stop; the data stays` }
  const size = fields.find(({ field }) => field === 'spec.resources.requests.storage')
  if (size === undefined) return { effect: 'safe', sentence: `claim ${name} is changed in place` }
  const [before, after] = [Size.tryParse(String(size.before)), Size.tryParse(String(size.after))]
  if (before !== undefined && after !== undefined && after.lessThan(before)) {
    return { effect: 'recreate', sentence: `claim ${name} would shrink from ${before.toString()} to ${after.toString()}, which Kubernetes refuses; it is deleted and made again, and the data stays as large as it is` }
  }
  return { effect: 'safe', sentence: `claim ${name} grows to ${String(size.after)}; the volume is expanded where it is` }
}

function policyOf(object: PlannedObject['object']): string {
  const spec = object['spec']
  const policy: unknown = typeof spec === 'object' && spec !== null ? Reflect.get(spec, 'persistentVolumeReclaimPolicy') : undefined
  return String(policy)
}

export function judgeRemoval({ object, losing, holdsData }: PlannedObject, plan: Plan): Verdict {
  const { kind, metadata } = object
  if (kind === 'Namespace') {
    const secrets = plan.needs.filter((need) => need.kind === 'Secret').map(({ name }) => name)
    const lost = secrets.length === 0 ? '' : `, and so is Secret ${secrets.join(', ')}: keep a copy`
    return { effect: 'interrupts', sentence: `namespace ${metadata.name} is deleted with everything in it${lost}; ${losing}` }
  }
  if (holdsData) return policyOf(object) === 'Delete' ? { effect: 'destroys-data', sentence: `${kind} ${metadata.name} is deleted, and its data with it` } : { effect: 'interrupts', sentence: `${kind} ${metadata.name} is deleted; ${losing}` }
  if (kind === 'StorageClass') return { effect: 'safe', sentence: `class ${metadata.name} is deleted; ${losing}` }
  if (kind === 'CSIDriver' || kind === 'Deployment' || kind === 'DaemonSet') return { effect: 'interrupts', sentence: `${kind} ${metadata.name} is deleted; ${losing}` }
  return { effect: 'safe', sentence: `${kind} ${metadata.name} is deleted; ${losing}` }
}
