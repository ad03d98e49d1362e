/**
 * The CustomResourceDefinitions of the engines that Stowage drives, pinned. Half a megabyte in all, so each set is a module of its own:
 * `@stowage/wire/crds/rook` is there at once, `crdsOf('rook')` loads it when it is asked for (which is real work: in a virtual
 * world import the module). Descriptions are dropped from the schemas
 * of all but external-snapshotter's, which Stowage itself installs.
 */
import index from './data/crds/index.json' with { type: 'json' }
import type { CustomResourceDefinition } from './crds/definition.ts'

export type { CustomResourceDefinition, DefinitionVersion, PrinterColumn, StructuralSchema, ValidationRule } from './crds/definition.ts'

export interface CrdSource {
  /** Upstream's repository and folder. */
  readonly source: string
  readonly version: string
  /** Whether the schemas still hold upstream's words for `kubectl explain`. */
  readonly descriptions: boolean
  readonly definitions: number
  /** Of the file in `data/crds`. */
  readonly sha256: string
}

export const crdSources = index satisfies Readonly<Record<string, CrdSource>>

export type CrdSet = keyof typeof crdSources

export const crdSets: readonly CrdSet[] = ['rook', 'velero', 'external-snapshotter', 'ceph-csi-operator']

const loaders = {
  rook: async () => (await import('./crds/rook.ts')).rookCrds,
  velero: async () => (await import('./crds/velero.ts')).veleroCrds,
  'external-snapshotter': async () => (await import('./crds/external-snapshotter.ts')).externalSnapshotterCrds,
  'ceph-csi-operator': async () => (await import('./crds/ceph-csi-operator.ts')).cephCsiOperatorCrds,
} satisfies Record<CrdSet, () => Promise<readonly CustomResourceDefinition[]>>

/** The definitions of one set, in upstream's order. */
export function crdsOf(set: CrdSet): Promise<readonly CustomResourceDefinition[]> {
  return loaders[set]()
}
