/** Labels that every object of the plan carries; the selectors of the workloads are made of them. */
import type { Spec } from '../spec/spec.ts'

export type Component = 'controller' | 'node' | 'class' | 'volume' | 'ceph' | 'system'

export function labelsOf(spec: Spec, component: Component): Readonly<Record<string, string>> {
  return { ...spec.labels, ...selectorOf(component), 'app.kubernetes.io/instance': spec.name, 'app.kubernetes.io/managed-by': 'stowage' }
}

/** Selectors of workloads are immutable: nothing that a user may change belongs in them. */
export function selectorOf(component: Component): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'stowage', 'app.kubernetes.io/component': component }
}
