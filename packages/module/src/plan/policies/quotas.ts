/** Quotas on storage: https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota */
import type { QuotaSpec } from '../../spec/cluster-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

const name = 'stowage-storage'

/** undefined when only single claims are limited. */
export function resourceQuota(spec: Spec, { namespace, hard, classes }: QuotaSpec): KubernetesObject | undefined {
  const ofClasses = Object.entries(classes).flatMap(([className, { storage, claims }]) => [
    ...(storage === undefined ? [] : [[`${className}.storageclass.storage.k8s.io/requests.storage`, storage] as const]),
    ...(claims === undefined ? [] : [[`${className}.storageclass.storage.k8s.io/persistentvolumeclaims`, String(claims)] as const]),
  ])
  const all = { ...hard, ...Object.fromEntries(ofClasses) }
  if (Object.keys(all).length === 0) return undefined
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace, labels: labelsOf(spec, 'system') }, spec: { hard: all } }
}

/** undefined when single claims are not limited. */
export function limitRange(spec: Spec, { namespace, claim }: QuotaSpec): KubernetesObject | undefined {
  if (claim === undefined || (claim.min === undefined && claim.max === undefined)) return undefined
  const limit = {
    type: 'PersistentVolumeClaim',
    ...(claim.max === undefined ? {} : { max: { storage: claim.max } }),
    ...(claim.min === undefined ? {} : { min: { storage: claim.min } }),
  }
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: { name, namespace, labels: labelsOf(spec, 'system') }, spec: { limits: [limit] } }
}
