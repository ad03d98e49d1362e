import { StorageError } from '@stowage/core'
import type { DeclaredBackend, DeclaredClass } from '../schema/declaration.ts'
import { nfsChartVersion } from '../schema/nfs.ts'
import type { ClassOfKind, NfsBackendSpec } from '../spec.ts'
import { chartOf } from './chart.ts'

/** Name of csi-driver-nfs. */
export const nfsDriverName = 'nfs.csi.k8s.io'

/** undefined when it is a backend of another kind. */
export function resolveNfsBackend(name: string, { nfs }: DeclaredBackend): NfsBackendSpec | undefined {
  if (nfs === undefined) return undefined
  return { kind: 'nfs', name, server: nfs.server, exports: nfs.exports, driver: 'csi-driver-nfs', chart: chartOf(nfs.chart, nfsChartVersion) }
}

/** Parameters in csi-driver-nfs's words: server and share are required. */
export function resolveNfsClass(name: string, declared: DeclaredClass, backend: NfsBackendSpec): ClassOfKind {
  const share = shareOf(declared.export, backend)
  if (share === undefined) throw new StorageError('internal', `class ${name} passed the checks without an export; report this with the declaration`)
  const { subDir, mountPermissions, onDelete } = declared
  return {
    volumeKind: 'nfs',
    driverName: nfsDriverName,
    parameters: { server: backend.server, share, ...(subDir === undefined ? {} : { subDir }), ...(mountPermissions === undefined ? {} : { mountPermissions }), ...(onDelete === undefined ? {} : { onDelete }) },
    // Every node reaches the server: nothing is gained by waiting for the first pod.
    volumeBindingMode: declared.volumeBindingMode ?? 'Immediate',
  }
}

/** The only export need not be named. */
export function shareOf(name: string | undefined, { exports }: Pick<NfsBackendSpec, 'exports'>): string | undefined {
  const names = Object.keys(exports)
  const chosen = name ?? (names.length === 1 ? names[0] : undefined)
  return chosen === undefined || !Object.hasOwn(exports, chosen) ? undefined : exports[chosen]
}
