/** The pods and claims that a StatefulSet's ordinals are called and made of. Pure. */
import type { KubeInput } from '../../api/api.ts'
import type { Claim, Pod, StatefulSet } from '../objects.ts'
import { controlledBy } from '../objects.ts'
import { podFromTemplate } from './pod-template.ts'

export const revisionLabel = 'controller-revision-hash'

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`
}

/** The number at the end of a pod's name; undefined when it is not one of this set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const tail = pod.metadata.name.startsWith(`${set.metadata.name}-`) ? pod.metadata.name.slice(set.metadata.name.length + 1) : ''
  return /^\d+$/.test(tail) ? Number(tail) : undefined
}

export function firstOrdinal(set: StatefulSet): number {
  return set.spec.ordinals?.start ?? 0
}

/** In the order in which they are made. */
export function ordinalsOf(set: StatefulSet): readonly number[] {
  return Array.from({ length: set.spec.replicas ?? 1 }, (_, index) => firstOrdinal(set) + index)
}

export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`
}

export function claimsFor(set: StatefulSet, ordinal: number): readonly (KubeInput & { readonly spec: Claim['spec'] })[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(set, template.metadata?.name ?? '', ordinal),
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: { ...template.metadata.annotations } }),
      ...(set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete' ? { ownerReferences: [controlledBy(set)] } : {}),
    },
    spec: template.spec ?? {},
  }))
}

export function podFor(set: StatefulSet, template: StatefulSet['spec']['template'], ordinal: number, revision: string): KubeInput {
  const name = podName(set, ordinal)
  const labels = { [revisionLabel]: revision, 'statefulset.kubernetes.io/pod-name': name, 'apps.kubernetes.io/pod-index': String(ordinal) }
  const made = podFromTemplate(set, template, { name: { name }, labels })
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? '')
  const others = (made.spec.volumes ?? []).filter((volume) => !templates.includes(volume.name))
  const claims = templates.map((each) => ({ name: each, persistentVolumeClaim: { claimName: claimName(set, each, ordinal) } }))
  return { ...made, ...{ spec: { ...made.spec, hostname: name, subdomain: set.spec.serviceName, volumes: [...claims, ...others] } } }
}
