/**
 * The filesystems and pools of a rookCeph backend, gathered from where they may be declared: the backend itself, and its
 * classes in place. Works on drafts as well, so that checks and resolving see the same.
 */
import type * as z from 'zod'
import type { blockPoolSchema, filesystemPoolSchema, filesystemSchema } from '../schema/ceph-pools.ts'
import type { cephParameters, rookCephSchema } from '../schema/ceph.ts'
import type { Loosened } from '../schema/loosened.ts'

export type LooseRookCeph = Loosened<z.output<typeof rookCephSchema>>
export type LoosePool = Loosened<z.output<typeof filesystemPoolSchema>>
export type LooseBlockPool = Loosened<z.output<typeof blockPoolSchema>>
export type LooseFilesystem = Loosened<z.output<typeof filesystemSchema>>

/** What of a class says which filesystem or pool its volumes are in. */
export interface LooseCephClass {
  readonly backend?: string | undefined
  readonly renamedFrom?: string | undefined
  readonly filesystem?: Loosened<z.output<typeof cephParameters.filesystem>> | undefined
  readonly fsName?: string | undefined
  readonly blockPool?: Loosened<z.output<typeof cephParameters.blockPool>> | undefined
  readonly pool?: string | undefined
  readonly dataPool?: string | undefined
}

export type Path = readonly (string | number)[]
export type NamedClasses = readonly (readonly [string, LooseCephClass])[]

export interface DeclaredPool {
  /** In Ceph. */
  readonly name: string
  /** As it was written; absent when it was not. */
  readonly writtenName?: string
  readonly role: 'metadata' | 'data' | 'block'
  /** Of a data pool: its place in the list. */
  readonly index: number
  readonly path: Path
  /** Name of the filesystem that it belongs to; absent for a block pool. */
  readonly filesystem?: string
  readonly pool: LoosePool | LooseBlockPool
}

export interface DeclaredFilesystem {
  readonly name: string
  readonly path: Path
  /** The class that declares it in place. */
  readonly className?: string
  readonly declared: LooseFilesystem
  readonly metadataPool: DeclaredPool
  /** One of three copies when none is declared. */
  readonly dataPools: readonly DeclaredPool[]
}

export interface DeclaredBlockPool extends DeclaredPool {
  readonly className?: string
  readonly pool: LooseBlockPool
}

/** Those of the backend first, then those of its classes. A name may come twice: a check says so. */
export function filesystemsOf(backend: string, { filesystems = {} }: LooseRookCeph, classes: NamedClasses): readonly DeclaredFilesystem[] {
  const own = Object.entries(filesystems).flatMap(([name, declared]) => (declared === undefined ? [] : [filesystemAt(name, ['spec', 'backends', backend, 'rookCeph', 'filesystems', name], declared)]))
  const inPlace = classes.flatMap(([className, { backend: of, filesystem }]) =>
    of !== backend || filesystem === undefined ? [] : [{ ...filesystemAt(filesystem.name ?? className, ['spec', 'classes', className, 'filesystem'], filesystem), className }],
  )
  return [...own, ...inPlace]
}

/** Those of the backend first, then those of its classes. */
export function blockPoolsOf(backend: string, { blockPools = {} }: LooseRookCeph, classes: NamedClasses): readonly DeclaredBlockPool[] {
  const blockPool = (name: string, path: Path, pool: LooseBlockPool): DeclaredBlockPool => ({ name, writtenName: name, role: 'block', index: 0, path, pool })
  const own = Object.entries(blockPools).flatMap(([name, pool]) => (pool === undefined ? [] : [blockPool(name, ['spec', 'backends', backend, 'rookCeph', 'blockPools', name], pool)]))
  const inPlace = classes.flatMap(([className, { backend: of, blockPool: pool }]) =>
    of !== backend || pool === undefined ? [] : [{ ...blockPool(pool.name ?? className, ['spec', 'classes', className, 'blockPool'], pool), className }],
  )
  return [...own, ...inPlace]
}

/** Every pool that the backend declares, metadata pools before data pools, block pools last. */
export function poolsOf(backend: string, declared: LooseRookCeph, classes: NamedClasses): readonly DeclaredPool[] {
  return [...filesystemsOf(backend, declared, classes).flatMap(({ metadataPool, dataPools }) => [metadataPool, ...dataPools]), ...blockPoolsOf(backend, declared, classes)]
}

function filesystemAt(name: string, path: Path, declared: LooseFilesystem): DeclaredFilesystem {
  const written = declared.dataPools ?? []
  const dataPools = written.length === 0 ? [poolAt(name, declared, 'data', {}, 0, [...path, 'dataPools'])] : written.flatMap((pool, index) => (pool === undefined ? [] : [poolAt(name, declared, 'data', pool, index, [...path, 'dataPools', index])]))
  return { name, path, declared, metadataPool: poolAt(name, declared, 'metadata', declared.metadataPool ?? {}, 0, [...path, 'metadataPool']), dataPools }
}

function poolAt(filesystem: string, { preservePoolNames }: LooseFilesystem, role: 'metadata' | 'data', pool: LoosePool, index: number, path: Path): DeclaredPool {
  return { name: nameInCeph(filesystem, preservePoolNames === true, role, index, pool.name), ...(pool.name === undefined ? {} : { writtenName: pool.name }), role, index, path, filesystem, pool }
}

/** Rook's generateDataPoolNames and generateMetaDataPoolName (rook v1.20, pkg/operator/ceph/file/filesystem.go). */
function nameInCeph(filesystem: string, preserve: boolean, role: 'metadata' | 'data', index: number, written: string | undefined): string {
  if (written === undefined) return `${filesystem}-${role === 'metadata' ? 'metadata' : `data${index}`}`
  return preserve ? written : `${filesystem}-${written}`
}
