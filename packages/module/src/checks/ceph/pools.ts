/** Pools that Rook's definitions let through and Ceph cannot serve, or not safely. */
import { fault, warning, type Check, type Fault } from '../check.ts'
import type { DeclaredPool } from '../../spec/ceph/declared.ts'
import { pools, rooksOf } from './subject.ts'

/** Metadata is written in place, in omap, which erasure-coded pools have not (Ceph: CephFS, createfs). */
export const metadataIsReplicated: Check = (subject) =>
  everyPool(subject).flatMap(({ role, pool, path, name }) =>
    role === 'metadata' && pool.erasureCoded !== undefined ? [fault('erasure-coded-metadata', [...path, 'erasureCoded'], `the metadata pool ${name} is erasure-coded, which Ceph refuses`, 'write replicated: { size: 3 } in its place')] : [],
  )

/** The first data pool keeps the backtraces of every file. */
export const firstDataPoolIsReplicated: Check = (subject) =>
  everyPool(subject).flatMap(({ role, index, pool, path, name, filesystem = '' }) =>
    role === 'data' && index === 0 && pool.erasureCoded !== undefined
      ? [fault('erasure-coded-first', [...path, 'erasureCoded'], `the first data pool of ${filesystem}, ${name}, is erasure-coded; Ceph keeps an entry of every file there, which cannot be moved later`, 'put a replicated pool first, and the erasure-coded one behind it; classes choose it with pool')]
      : [],
  )

/** Copies, or chunks. */
export const poolsHaveOneRedundancy: Check = (subject) =>
  everyPool(subject).flatMap(({ pool, path, name }) =>
    pool.replicated !== undefined && pool.erasureCoded !== undefined ? [fault('two-redundancies', path, `pool ${name} is replicated and erasureCoded at once`, 'keep one of the two')] : [],
  )

/** One copy is lost with its disk. */
export const singleCopiesAreMeant: Check = (subject) =>
  everyPool(subject).flatMap(({ pool: { replicated, erasureCoded }, path, name }) =>
    erasureCoded === undefined && replicated?.size === 1 && replicated.requireSafeReplicaSize !== false
      ? [fault('single-copy', [...path, 'replicated', 'size'], `pool ${name} keeps one copy: the first disk that fails takes the data along, and Rook refuses it unless it is told`, 'write size: 3; or, for data that may be lost, requireSafeReplicaSize: false beside it')]
      : [],
  )

/** Rook's own rules for several copies within one failure domain (rook v1.20, pool/validate.go). */
export const copiesFitTheirDomains: Check = (subject) =>
  everyPool(subject).flatMap(({ pool, path, name }): readonly Fault[] => {
    const { size = 3, replicasPerFailureDomain: per, subFailureDomain: sub } = pool.replicated ?? {}
    const at = [...path, 'replicated']
    if (sub !== undefined && sub === (pool.failureDomain ?? 'host')) return [fault('replica-layout', [...at, 'subFailureDomain'], `pool ${name}: subFailureDomain is ${sub}, as its failureDomain is`, 'write a smaller one, e.g. host within zone')]
    if (per === undefined || per === 1) return []
    if (per > size || size % per !== 0) return [fault('replica-layout', [...at, 'replicasPerFailureDomain'], `pool ${name}: ${size} copies cannot be laid out with ${per} in each failure domain`, 'write a divisor of size')]
    return []
  })

/** Two pools of one name are one pool. */
export const poolNamesAreUnique: Check = (subject) =>
  rooksOf(subject).flatMap((rook) => {
    const owners = new Map<string, DeclaredPool>()
    return pools(subject, rook).flatMap((pool) => {
      const owner = owners.get(pool.name)
      owners.set(pool.name, owner ?? pool)
      // Filesystems and block pools of one name have a check of their own.
      if (owner === undefined || (owner.role === 'block' && pool.role === 'block') || (owner.filesystem === pool.filesystem && owner.index === pool.index && owner.role === pool.role)) return []
      return [fault('duplicate-pool', pool.path, `two pools are called ${pool.name} in Ceph`, 'give one of them another name')]
    })
  })

/** A pool without a name is told from others by its place in the list, which must then never change. */
export const dataPoolsAreNamed: Check = (subject) =>
  everyPool(subject).flatMap(({ role, writtenName, path, name }) =>
    role === 'data' && writtenName === undefined ? [warning('unnamed-data-pool', path, `a data pool has no name and becomes ${name}, by its place in the list`, `write name: ${name.replace(/^.*-(?=data\d+$)/, '')}, so that its place means nothing`)] : [],
  )

/** A pool without a class spreads over all, overlaps with those that have one, and the placement group autoscaler stops. */
export const deviceClassesAreOnAll: Check = (subject) =>
  rooksOf(subject).flatMap((rook) => {
    const all = pools(subject, rook)
    const classes = [...new Set(all.flatMap(({ pool }) => pool.deviceClass ?? []))]
    if (classes.length === 0) return []
    const without = all.filter(({ pool }) => pool.deviceClass === undefined)
    const said = without.map(({ name, path }) => warning('device-class-on-some', path, `pool ${name} has no deviceClass while others have (${classes.join(', ')}): it spreads over all classes, and the placement group autoscaler stops`, `add deviceClass: ${classes.join(' or ')}`))
    const { mgrPool } = rook.declared
    if (mgrPool === undefined || mgrPool.deviceClass !== undefined) return said
    return [...said, warning('device-class-on-some', [...rook.path, 'mgrPool'], `the pool .mgr has no deviceClass while others have (${classes.join(', ')}): it spreads over all classes, and the placement group autoscaler stops`, `add deviceClass: ${classes.join(' or ')}`)]
  })

function everyPool(subject: Parameters<Check>[0]): readonly DeclaredPool[] {
  return rooksOf(subject).flatMap((rook) => pools(subject, rook))
}
