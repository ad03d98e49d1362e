/** Filesystems: one of each name, with room for their metadata servers, that outlive their objects. */
import { Size } from '@stowage/core'
import { fault, warning, type Check, type Fault } from '../check.ts'
import { blockPools, filesystems, rooksOf } from './subject.ts'

/** A filesystem declared twice would be made once, by whoever comes last. */
export const filesystemsAreDeclaredOnce: Check = (subject) =>
  rooksOf(subject).flatMap((rook) => [
    ...declaredTwice(filesystems(subject, rook), 'filesystem'),
    ...declaredTwice(blockPools(subject, rook), 'block pool'),
  ])

function declaredTwice(all: readonly { readonly name: string; readonly path: Fault['path'] }[], what: string): readonly Fault[] {
  const names = all.map(({ name }) => name)
  return all.flatMap(({ name, path }, index) =>
    names.indexOf(name) === index ? [] : [fault('duplicate-pool', path, `the ${what} ${name} is declared twice`, what === 'filesystem' ? 'declare it once under the backend’s filesystems, and name it with fsName in both classes' : 'declare it once under the backend’s blockPools, and name it with pool in both classes')],
  )
}

const enough = Size.gib(4)

/** Rook's documentation: below 4 GB the cache is trimmed all the time, and a restart may never end. */
export const metadataServersHaveMemory: Check = (subject) =>
  rooksOf(subject).flatMap((rook) =>
    filesystems(subject, rook).flatMap(({ name, path, declared }) => {
      const { limits, requests } = declared.metadataServer?.resources ?? {}
      const [which, memory] = limits?.memory === undefined ? ['requests', requests?.memory] : ['limits', limits.memory]
      const size = memory === undefined ? undefined : Size.tryParse(memory)
      if (size === undefined || size.compare(enough) >= 0) return []
      return [warning('mds-memory', [...path, 'metadataServer', 'resources', which, 'memory'], `the metadata servers of ${name} have ${memory ?? ''} of memory: below 4Gi they are slow, and may be killed while they start`, 'write 4Gi or more')]
    }),
  )

export const filesystemsOutliveTheirObjects: Check = (subject) =>
  rooksOf(subject).flatMap((rook) =>
    filesystems(subject, rook).flatMap(({ name, path, declared }) =>
      declared.preserveFilesystemOnDelete === false ? [warning('filesystem-not-preserved', [...path, 'preserveFilesystemOnDelete'], `the filesystem ${name} and its pools are deleted together with the object in Kubernetes`, 'remove it; the default keeps the data')] : [],
    ),
  )

/** The CRD's own rule. */
export const pinningIsOne: Check = (subject) =>
  rooksOf(subject).flatMap((rook) =>
    filesystems(subject, rook).flatMap(({ name, path, declared }) => {
      const given = Object.keys(declared.subvolumeGroup?.pinning ?? {})
      return given.length <= 1 ? [] : [fault('conflicting-fields', [...path, 'subvolumeGroup', 'pinning'], `the subvolume group of ${name} is pinned by ${given.join(' and ')} at once`, 'keep one')]
    }),
  )
