import { StorageError } from '@stowage/core'
import type { DeclaredBackend, DeclaredClass, DeclaredSpec } from '../schema/declaration.ts'
import type { ClassOfKind, NfsBackendSpec } from '../spec.ts'

/** undefined when it is a backend of another kind. */
export function resolveNfsBackend(_name: string, _declared: DeclaredBackend, _spec: DeclaredSpec): NfsBackendSpec | undefined {
  return undefined
}

export function resolveNfsClass(name: string, _declared: DeclaredClass, _backend: NfsBackendSpec): ClassOfKind {
  throw new StorageError('internal', `class ${name} is of an nfs backend, which this version does not build`)
}
