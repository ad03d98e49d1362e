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

const daemonsWithOneLetter = 26

/**
 * The name becomes part of each metadata server's id, which Ceph refuses when it begins with a digit, and of a volume of its pod,
 * rook-ceph-mds-<name>-<letter>-keyring, which is a DNS label (rook v1.20, ceph/file/mds and config/keyring/volume.go).
 */
export const filesystemNamesFit: Check = (subject) =>
  rooksOf(subject).flatMap((rook) =>
    filesystems(subject, rook).flatMap(({ name, path, declared }) => {
      const letters = 2 * (declared.metadataServer?.activeCount ?? 1) > daemonsWithOneLetter ? 2 : 1
      const most = 63 - `rook-ceph-mds--${'a'.repeat(letters)}-keyring`.length
      const why = /^\d/.test(name) ? 'begins with a digit, and Ceph starts no metadata server of such a name' : name.includes('.') ? 'holds a dot, and Rook could not name the volumes of its metadata servers' : name.length > most ? `has ${name.length} characters, and Rook could not name the volumes of its metadata servers` : undefined
      return why === undefined ? [] : [fault('filesystem-name', path, `the filesystem name ${name} ${why}`, `use at most ${most} of a-z, 0-9 and "-", a letter first${path[1] === 'classes' ? ': add name to filesystem' : ''}`)]
    }),
  )

/** Objects of Kubernetes whose names would meet: groups are called by filesystem and group, and .mgr has an object of its own. */
export const objectsAreApart: Check = (subject) =>
  rooksOf(subject).flatMap((rook) => {
    const owners = new Map<string, string>()
    const groups = filesystems(subject, rook).flatMap(({ name, path, declared }) => {
      const object = `${name}-${declared.subvolumeGroup?.name ?? 'csi'}`
      const owner = owners.get(object)
      owners.set(object, owner ?? name)
      return owner === undefined || owner === name ? [] : [fault('duplicate-pool', [...path, 'subvolumeGroup'], `the subvolume groups of ${owner} and ${name} would both be the object ${object}`, 'give one of the groups another name')]
    })
    const mgr = blockPools(subject, rook).filter(({ name }) => name === 'builtin-mgr')
    return [...groups, ...mgr.map(({ path }) => fault('duplicate-pool', path, 'a block pool builtin-mgr would be the object of Ceph’s own pool .mgr', 'rename it; what is meant for .mgr stands in mgrPool'))]
  })

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
