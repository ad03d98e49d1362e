import { StorageError } from '@stowage/core'
import type { CephBackendSpec, RookCephBackendSpec } from '../ceph-spec.ts'
import type { DeclaredBackend, DeclaredClass, DeclaredSpec } from '../schema/declaration.ts'
import type { ClassOfKind } from '../spec.ts'

/** undefined when it is a backend of another kind. Filesystems and pools that classes declare in place are gathered from `spec`. */
export function resolveCephBackend(_name: string, _declared: DeclaredBackend, _spec: DeclaredSpec): RookCephBackendSpec | CephBackendSpec | undefined {
  return undefined
}

export function resolveCephClass(name: string, _declared: DeclaredClass, _backend: RookCephBackendSpec | CephBackendSpec, _namespace: string): ClassOfKind {
  throw new StorageError('internal', `class ${name} is of a Ceph backend, which this version does not build`)
}
