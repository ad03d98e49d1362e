import type { KubernetesObject, PlannedObject } from '../../plan/plan.ts'
import { annotated, mustStay } from '../delivery-annotations.ts'

/** Data is never pruned; a StorageClass, which cannot be changed, is made anew (bound volumes keep the old terms). */
export function guarded(planned: PlannedObject): KubernetesObject {
  if (mustStay(planned)) return withPruneDisabled(planned.object)
  return planned.object.kind === 'StorageClass' ? annotated(planned.object, { 'kustomize.toolkit.fluxcd.io/force': 'Enabled' }) : planned.object
}

/** Stands before anything that the declaration says under this name: losing data is nothing that an annotation decides. */
function withPruneDisabled(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' } } }
}
