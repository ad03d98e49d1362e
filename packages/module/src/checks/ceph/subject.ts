/** What the checks of Ceph look at: backends, classes, pools and disks of a draft. */
import { blockPoolsOf, filesystemsOf, poolsOf, type DeclaredBlockPool, type DeclaredFilesystem, type DeclaredPool, type LooseRookCeph } from '../../spec/ceph/declared.ts'
import { backendsOf, classesOf, type DraftClass, type Subject } from '../check.ts'
import { kindOf } from '../backends.ts'

export interface DraftRook {
  readonly name: string
  readonly path: readonly string[]
  readonly declared: LooseRookCeph
}

export function rooksOf(subject: Subject): readonly DraftRook[] {
  return backendsOf(subject).flatMap(([name, backend]) =>
    kindOf(backend) === 'rookCeph' && backend.rookCeph !== undefined ? [{ name, path: ['spec', 'backends', name, 'rookCeph'], declared: backend.rookCeph }] : [],
  )
}

export function filesystems(subject: Subject, { name, declared }: DraftRook): readonly DeclaredFilesystem[] {
  return filesystemsOf(name, declared, classesOf(subject))
}

export function blockPools(subject: Subject, { name, declared }: DraftRook): readonly DeclaredBlockPool[] {
  return blockPoolsOf(name, declared, classesOf(subject))
}

export function pools(subject: Subject, { name, declared }: DraftRook): readonly DeclaredPool[] {
  return poolsOf(name, declared, classesOf(subject))
}

export interface DraftCephClass {
  readonly name: string
  readonly path: readonly string[]
  readonly declared: DraftClass
  readonly backend: string
  readonly kind: 'rookCeph' | 'ceph'
}

/** Classes whose backend is one of Ceph. */
export function cephClassesOf(subject: Subject): readonly DraftCephClass[] {
  const kinds = new Map(backendsOf(subject).map(([name, backend]) => [name, kindOf(backend)]))
  return classesOf(subject).flatMap(([name, declared]) => {
    const { backend = '' } = declared
    const kind = kinds.get(backend)
    return kind === 'rookCeph' || kind === 'ceph' ? [{ name, path: ['spec', 'classes', name], declared, backend, kind }] : []
  })
}

/** cephfs with filesystem or fsName, rbd with a pool; undefined when it says neither. */
export function volumeKindOf({ filesystem, fsName, blockPool, pool }: DraftClass): 'cephfs' | 'rbd' | undefined {
  if (filesystem !== undefined || fsName !== undefined) return 'cephfs'
  return blockPool !== undefined || pool !== undefined ? 'rbd' : undefined
}
