/** The closed list of annotations that a way of delivery may put on objects of the plan. Everything else stays as planned. */
import type { KubernetesObject, PlannedObject } from '../plan/plan.ts'

export const deliveryAnnotations = [
  'argocd.argoproj.io/sync-wave',
  'argocd.argoproj.io/sync-options',
  'kustomize.toolkit.fluxcd.io/prune',
  'kustomize.toolkit.fluxcd.io/force',
  'helm.sh/resource-policy',
] as const
export type DeliveryAnnotation = (typeof deliveryAnnotations)[number]

/** What no tool may remove by itself: data, and what data goes with (namespaces, definitions of kinds). */
export function mustStay({ holdsData, object }: PlannedObject): boolean {
  return holdsData || object.kind === 'CustomResourceDefinition' || object.kind === 'Namespace'
}

/** What the declaration itself says under one of these names stands before what is said here. */
export function annotated(object: KubernetesObject, annotations: Readonly<Partial<Record<DeliveryAnnotation, string>>>): KubernetesObject {
  if (Object.keys(annotations).length === 0) return object
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...object.metadata.annotations } } }
}
