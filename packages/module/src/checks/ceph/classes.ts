/** Classes of Ceph backends: where their volumes are, and that it resolves. */
import { didYouMean } from '@stowage/core'
import { backendsOf, classesOf, fault, type Check, type Fault, type Subject } from '../check.ts'
import { kindOf } from '../backends.ts'
import { cephParameters } from '../../spec/schema/ceph.ts'
import { localParameters, proxmoxParameters } from '../../spec/schema/classes.ts'
import { valueAt } from '../../spec/value-at.ts'
import { blockPools, cephClassesOf, filesystems, rooksOf, volumeKindOf, type DraftCephClass } from './subject.ts'

/** One place: a filesystem in place or by name, or a pool in place or by name. */
export const classesHaveOnePlace: Check = (subject) => cephClassesOf(subject).flatMap(({ name, path, declared, kind }) => placeFaults(name, path, declared, kind, valueAt(subject.raw, path)))

function placeFaults(name: string, path: readonly string[], declared: DraftCephClass['declared'], kind: DraftCephClass['kind'], written: unknown): readonly Fault[] {
  const given = (['filesystem', 'fsName', 'blockPool'] as const).filter((key) => declared[key] !== undefined)
  const inPlace = kind === 'ceph' ? given.filter((key) => key !== 'fsName') : []
  if (inPlace.length > 0) return inPlace.map((key) => fault('foreign-parameter', [...path, key], `${key} of class ${name}: the pools of a cluster that is there already are not made here`, `name it: ${key === 'filesystem' ? 'fsName' : 'pool'}`))
  const words = kind === 'ceph' ? 'fsName (a filesystem) or pool (images)' : 'filesystem or fsName (shared), blockPool or pool (images)'
  // What is written wrongly was cut out of the draft, and is reported as that.
  const wronglyWritten = ['filesystem', 'fsName', 'blockPool', 'pool'].some((key) => valueAt(written, [key]) !== undefined)
  if (given.length === 0 && declared.pool === undefined) return wronglyWritten ? [] : [fault('ceph-class-place', path, `class ${name} does not say where its volumes are`, `add ${words}`)]
  if (given.length > 1) return [fault('ceph-class-place', path, `class ${name} says ${given.join(' and ')}`, 'keep one')]
  if (declared.blockPool !== undefined && declared.pool !== undefined) return [fault('ceph-class-place', [...path, 'pool'], `class ${name} says blockPool and pool`, 'keep one')]
  return []
}

/** What a class names is declared by its backend. */
export const namesResolve: Check = (subject) => {
  const rooks = new Map(rooksOf(subject).map((rook) => [rook.name, { filesystems: filesystems(subject, rook), blockPools: blockPools(subject, rook) }]))
  return cephClassesOf(subject).flatMap(({ name, path, declared, backend }): readonly Fault[] => {
    const known = rooks.get(backend)
    if (known === undefined) return []
    const { filesystem, fsName, blockPool, pool, dataPool } = declared
    const place = { name, path, backend }
    if (filesystem !== undefined || fsName !== undefined) return filesystemFaults(place, fsName, filesystem?.name ?? name, pool, known.filesystems)
    const names = known.blockPools.map((one) => one.name)
    return [
      ...(blockPool === undefined && pool !== undefined ? unknownPool(place, 'pool', pool, names) : []),
      ...(dataPool === undefined ? [] : unknownPool(place, 'dataPool', dataPool, names)),
    ]
  })
}

interface ClassPlace {
  readonly name: string
  readonly path: readonly string[]
  readonly backend: string
}

function filesystemFaults({ name, path, backend }: ClassPlace, fsName: string | undefined, inPlace: string, pool: string | undefined, known: ReturnType<typeof filesystems>): readonly Fault[] {
  const names = known.map((one) => one.name)
  if (fsName !== undefined && !names.includes(fsName)) return [fault('unknown-filesystem', [...path, 'fsName'], `class ${name} names the filesystem ${JSON.stringify(fsName)}, which backend ${backend} does not have`, orDeclare(fsName, names, `spec.backends.${backend}.rookCeph.filesystems`))]
  const pools = known.find((one) => one.name === (fsName ?? inPlace))?.dataPools ?? []
  if (pool === undefined || pools.some((one) => one.name === pool || one.writtenName === pool)) return []
  return [fault('unknown-pool', [...path, 'pool'], `class ${name} names the pool ${JSON.stringify(pool)}, which is no data pool of filesystem ${fsName ?? inPlace}`, didYouMean(pool, pools.map((one) => one.writtenName ?? one.name)))]
}

function unknownPool({ name, path, backend }: ClassPlace, key: 'pool' | 'dataPool', pool: string, known: readonly string[]): readonly Fault[] {
  return known.includes(pool) ? [] : [fault('unknown-pool', [...path, key], `class ${name} names the pool ${JSON.stringify(pool)}, which backend ${backend} does not have`, orDeclare(pool, known, `spec.backends.${backend}.rookCeph.blockPools`))]
}

/** Where nothing is declared yet, nothing can be meant. */
function orDeclare(word: string, known: readonly string[], where: string): string {
  return known.length === 0 ? `declare it under ${where}` : didYouMean(word, known)
}

/** RBD keeps the head of each image in a replicated pool; erasure-coded ones hold its data only. */
export const imagesHaveAHead: Check = (subject) => {
  const rooks = new Map(rooksOf(subject).map((rook) => [rook.name, blockPools(subject, rook)]))
  return cephClassesOf(subject).flatMap(({ name, path, declared, backend }) => {
    const known = rooks.get(backend)
    if (known === undefined || volumeKindOf(declared) !== 'rbd') return []
    const pool = known.find((one) => (declared.blockPool === undefined ? one.name === declared.pool : one.className === name))
    if (pool?.pool.erasureCoded === undefined) return []
    return [fault('erasure-coded-images', [...path, declared.blockPool === undefined ? 'pool' : 'blockPool'], `class ${name} has its images in ${pool.name}, and an erasure-coded pool cannot hold the head of an image`, 'name a replicated pool in pool, and the erasure-coded one in dataPool')]
  })
}

const foreignKeys = [...new Set([...Object.keys(proxmoxParameters), ...Object.keys(localParameters), 'driverName'])].filter((key) => !Object.hasOwn(cephParameters, key))
const ofFilesystems = ['filesystem', 'fsName']
const ofImages = ['blockPool', 'dataPool', 'imageFeatures', 'mapOptions', 'fstype']
const mountersOf: Readonly<Record<'cephfs' | 'rbd', readonly string[]>> = { cephfs: ['kernel', 'fuse'], rbd: ['rbd', 'rbd-nbd'] }

/** A parameter that has no effect says something that is not so. */
export const cephParametersFit: Check = (subject) => {
  const kinds = new Map(backendsOf(subject).map(([name, backend]) => [name, kindOf(backend)]))
  return classesOf(subject).flatMap(([name, declared]) => {
    const kind = kinds.get(declared.backend ?? '')
    if (kind === undefined) return []
    const foreign = kind === 'rookCeph' || kind === 'ceph' ? [...foreignKeys, ...(volumeKindOf(declared) === 'cephfs' ? ofImages : [])] : Object.keys(cephParameters)
    return foreign
      .filter((key) => Object.hasOwn(declared, key) && !(key === 'blockPool' && ofFilesystems.some((other) => Object.hasOwn(declared, other))))
      .map((key) => fault('foreign-parameter', ['spec', 'classes', name, key], foreignMessage(name, key, declared.backend ?? '', kind), 'remove it, or use another backend'))
  })
}

function foreignMessage(name: string, key: string, backend: string, kind: string): string {
  const ceph = kind === 'rookCeph' || kind === 'ceph'
  return ceph && ofImages.includes(key) ? `${key} means nothing to class ${name}: its volumes are directories of a filesystem` : `${key} means nothing to class ${name}: its backend ${backend} is of kind ${kind}`
}

export const mountersFit: Check = (subject) =>
  cephClassesOf(subject).flatMap(({ name, path, declared }) => {
    const volumeKind = volumeKindOf(declared)
    if (declared.mounter === undefined || volumeKind === undefined || mountersOf[volumeKind].includes(declared.mounter)) return []
    return [fault('foreign-parameter', [...path, 'mounter'], `mounter ${declared.mounter} of class ${name} cannot mount volumes of ${volumeKind}`, `write ${mountersOf[volumeKind].join(' or ')}`)]
  })

/** A filesystem declared in place is named as its class; a renamed class would get a new, empty one. */
export const renamedClassesKeepTheirData: Check = (subject) =>
  cephClassesOf(subject).flatMap(({ name, path, declared: { renamedFrom, filesystem, blockPool } }) => {
    if (renamedFrom === undefined) return []
    const key = filesystem !== undefined && filesystem.name === undefined ? 'filesystem' : blockPool !== undefined && blockPool.name === undefined ? 'blockPool' : undefined
    return key === undefined ? [] : [fault('renamed-with-its-data', [...path, key], `class ${name} was called ${renamedFrom}, and its ${key} takes the name of the class: a new, empty one would be made, and the data would stay in ${renamedFrom}`, `add name: ${renamedFrom} to ${key}`)]
  })

/** Credentials of a cluster that is there already. */
export const outsideClassesHaveSecrets: Check = (subject: Subject) => {
  const backends = new Map(backendsOf(subject))
  const missing = cephClassesOf(subject).flatMap(({ name, declared, backend, kind }) => {
    const volumeKind = volumeKindOf(declared)
    if (kind !== 'ceph' || volumeKind === undefined || backends.get(backend)?.ceph?.secrets?.[volumeKind] !== undefined) return []
    return [{ backend, volumeKind, name }]
  })
  const first = missing.filter(({ backend, volumeKind }, index) => missing.findIndex((other) => other.backend === backend && other.volumeKind === volumeKind) === index)
  return first.map(({ backend, volumeKind, name }) =>
    fault('missing-field', ['spec', 'backends', backend, 'ceph', 'secrets', volumeKind], `"${volumeKind}" is missing in secrets of backend ${backend}: class ${name} needs a user of the cluster`, `add ${volumeKind}: name of a Secret with userID and userKey`),
  )
}
