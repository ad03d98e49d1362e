/**
 * Kubernetes' own kinds. Which fields are immutable was asked of kube-apiserver v1.36.3 with an update of every field that the plan sets.
 */
import { Size } from '@stowage/core'
import { valueAt } from '../../spec/value-at.ts'
import type { KubernetesObject } from '../plan.ts'
import type { Difference } from './differences.ts'
import { judgeConfig } from './judge-config.ts'
import type { Verdict } from './effect.ts'
import { destroys, interrupting, migrate, recreate, safe, told, type Updated } from './rule.ts'

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

/** Whether Kubernetes refuses an update of this field of an object of this kind. */
export function isImmutable(kind: string, field: string): boolean {
  return immutable[kind]?.test(field) === true
}

export function judgeKubernetes(updated: Updated, fields: readonly Difference[]): Verdict {
  const { kind, metadata } = updated.after
  const fixed = fields.filter(({ field }) => isImmutable(kind, field))
  const names = fixed.map(({ field }) => field).join(', ')
  if (kind === 'StorageClass') return judgeClass(updated, fields, names)
  if (kind === 'PersistentVolume') return judgeVolume(updated, fixed, names)
  if (kind === 'PersistentVolumeClaim') return judgeClaim(metadata.name, fields, names)
  if (kind === 'CSIDriver' && names !== '') return interrupting(recreate(`driver ${metadata.name} is unknown for a moment, because ${names} cannot change in place; nothing is mounted until it is back`))
  if (kind === 'ConfigMap') return judgeConfig(updated.before, updated.after)
  if (kind === 'CustomResourceDefinition') return judgeDefinition(updated)
  if (kind === 'ResourceQuota' || kind === 'LimitRange') return safe(`${kind} ${metadata.name} is changed: claims that exist stay as they are, and what it no longer allows is refused from now on`)
  if (names !== '') return recreate(`${kind} ${metadata.name} is deleted and made again, because ${names} cannot change`)
  return safe(`${kind} ${metadata.name} is changed in place${kind === 'Deployment' || kind === 'DaemonSet' ? '; its pods are replaced, mounted volumes stay mounted' : ''}`)
}

function judgeClass({ after: { metadata } }: Updated, fields: readonly Difference[], fixed: string): Verdict {
  if (fields.some(({ field, after }) => field === 'reclaimPolicy' && after === 'Delete')) return destroys(`class ${metadata.name} is made again with Delete: from then on a deleted claim takes its data along; volumes that exist keep their policy`)
  if (fixed === '') return safe(`class ${metadata.name} is changed in place`)
  const place = fields.filter(({ field }) => /^parameters\.(?:pool|fsName|clusterID|dataPool|storage|server|share)$/.test(field)).map(({ before }) => told(before))
  const moved = place.length === 0 ? '' : `, in ${place.join(' and ')}; to have their data in the new place it must be copied, claim by claim`
  return recreate(`class ${metadata.name} is deleted and made again, because ${fixed} cannot change; volumes that exist stay as they were made${moved}`)
}

function judgeVolume({ before, after: { metadata } }: Updated, fixed: readonly Difference[], names: string): Verdict {
  if (names === '') return safe(`PersistentVolume ${metadata.name} is changed in place`)
  const handle = fixed.find(({ field }) => field === 'spec.csi.volumeHandle')
  if (handle !== undefined) return interrupting(migrate(`claim and volume ${metadata.name} would lead to ${told(handle.after)} instead of ${told(handle.before)}: the data stays in the old place, and must be copied if it is to be found in the new one`))
  return interrupting(recreate(`volume ${metadata.name} and its claim are deleted and made again, because ${names} cannot change; pods that use it must stop; the data stays (${policyOf(before)})`))
}

function judgeClaim(name: string, fields: readonly Difference[], fixed: string): Verdict {
  if (fixed !== '') return interrupting(recreate(`claim ${name} is deleted and made again, because ${fixed} cannot change; pods that use it must stop; the data stays`))
  const size = fields.find(({ field }) => field === 'spec.resources.requests.storage')
  if (size === undefined) return safe(`claim ${name} is changed in place`)
  const [before, after] = [Size.tryParse(String(size.before)), Size.tryParse(String(size.after))]
  if (before !== undefined && after !== undefined && after.lessThan(before)) {
    return interrupting(recreate(`claim ${name} would shrink from ${before.toString()} to ${after.toString()}, which Kubernetes refuses; it is deleted and made again, and the data stays as large as it is`))
  }
  return safe(`claim ${name} grows to ${String(size.after)}; the volume is expanded where it is`)
}

/** A version in which objects are stored must stay served; kube-apiserver refuses a definition without it. */
function judgeDefinition({ before, after }: Updated): Verdict {
  const gone = versionsOf(before).filter((version) => !versionsOf(after).includes(version))
  if (gone.length > 0) return migrate(`definition ${after.metadata.name} no longer has version ${gone.join(', ')}: objects that are stored in it must be written anew in another version first`)
  return safe(`definition ${after.metadata.name} is changed in place; objects of it stay`)
}

export function versionsOf(definition: KubernetesObject): readonly string[] {
  const versions = valueAt(definition, ['spec', 'versions'])
  return Array.isArray(versions) ? versions.map((version) => String(valueAt(version, ['name']))) : []
}

export function policyOf(object: KubernetesObject): string {
  return String(valueAt(object, ['spec', 'persistentVolumeReclaimPolicy']))
}
