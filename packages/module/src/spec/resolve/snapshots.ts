import type { SnapshotsSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolveSnapshots(_spec: DeclaredSpec): SnapshotsSpec {
  return { controller: 'none', image: 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0', replicas: 2, defaultClasses: {}, deletionPolicy: 'Delete' }
}
