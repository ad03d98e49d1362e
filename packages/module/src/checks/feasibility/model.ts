/** What the proofs read of a declaration: a Ceph cluster, its hosts and devices, its pools. Read leniently: what is faulty is reported elsewhere. */
import { isMap } from '@stowage/core'
import { isOpaque } from '../../spec/opaque-leaf.ts'
import { valueAt } from '../../spec/value-at.ts'

export type Path = readonly (string | number)[]

export interface CephModel {
  readonly backend: string
  readonly clusterName: string
  /** `['spec', 'backends', 'ceph', 'rookCeph']` */
  readonly path: Path
  /** Every node of the cluster is asked for disks: which they are, the declaration does not say. */
  readonly anyHost: boolean
  readonly hosts: readonly HostModel[]
  readonly mon: { readonly count: number; readonly allowMultiplePerNode: boolean }
  readonly mgr: { readonly count: number; readonly allowMultiplePerNode: boolean }
  readonly hostNetwork: boolean
  /** What of the network needs a newer kernel: encryption, compression, requireMsgr2. */
  readonly networkFeatures: readonly string[]
  readonly nearFullRatio: number
  readonly pools: readonly PoolModel[]
  readonly filesystems: readonly FilesystemModel[]
  /** What stands at a path below the backend. */
  readonly at: (path: Path) => unknown
}

export interface HostModel {
  readonly name: string
  readonly path: Path
  readonly devices: readonly DeviceModel[]
  /** Filters or useAllDevices choose the devices: which, only the host knows. */
  readonly openEnded: boolean
}

export interface DeviceModel {
  /** As written. */
  readonly name: string
  /** `sdb`, or what follows /dev/. */
  readonly key: string
  readonly path: Path
  readonly deviceClass?: string
  readonly metadataDevice?: string
  readonly encrypted: boolean
  readonly osds: number
}

export interface PoolModel {
  /** As it is called in Ceph. */
  readonly name: string
  readonly path: Path
  readonly failureDomain: string
  readonly deviceClass?: string
  readonly replicated: boolean
  /** Copies, or k+m pieces. */
  readonly pieces: number
  /** k and m of an erasure-coded pool. */
  readonly chunks?: { readonly data: number; readonly coding: number }
  readonly perDomain: number
  readonly subDomain: string
  /** Something that decides is an opaque leaf. */
  readonly opaque: boolean
}

export interface FilesystemModel {
  readonly name: string
  readonly path: Path
  readonly activeCount: number
  /** Requests of memory of one metadata server; a text, or an opaque leaf. */
  readonly memory: unknown
}

/** Every cluster that Rook runs, of a declaration's `spec` (or what is readable of it). */
export function cephModels(spec: unknown): readonly CephModel[] {
  return entries(valueAt(spec, ['backends'])).flatMap(([backend, declared]) => {
    const rook = valueAt(declared, ['rookCeph'])
    return isKnownMap(rook) ? [modelOf(backend, rook, spec)] : []
  })
}

function modelOf(backend: string, rook: Tree, spec: unknown): CephModel {
  const path = ['spec', 'backends', backend, 'rookCeph']
  const filesystems = [...declaredIn(rook, 'filesystems', path), ...inClasses(spec, backend, 'filesystem')]
  const blockPools = [...declaredIn(rook, 'blockPools', path), ...inClasses(spec, backend, 'blockPool')]
  const features = ['encryption', 'compression', 'requireMsgr2'].filter((name) => valueAt(rook, ['network', name]) === true)
  return {
    backend,
    clusterName: textAt(rook, ['clusterName']) ?? backend,
    path,
    anyHost: [valueAt(rook, ['storage']), valueAt(rook, ['storage', 'useAllNodes']), valueAt(rook, ['storage', 'nodes'])].some((value) => value === true || isOpaque(value)),
    hosts: hostsOf(rook, path),
    mon: { count: numberAt(rook, ['mon', 'count']) ?? 3, allowMultiplePerNode: valueAt(rook, ['mon', 'allowMultiplePerNode']) === true },
    mgr: { count: numberAt(rook, ['mgr', 'count']) ?? 2, allowMultiplePerNode: valueAt(rook, ['mgr', 'allowMultiplePerNode']) === true },
    hostNetwork: valueAt(rook, ['network', 'provider']) === 'host',
    networkFeatures: features,
    nearFullRatio: numberAt(rook, ['storage', 'nearFullRatio']) ?? 0.85,
    pools: [...filesystems.flatMap(poolsOfFilesystem), ...(isKnownMap(valueAt(rook, ['mgrPool'])) ? [poolOf('.mgr', valueAt(rook, ['mgrPool']), [...path, 'mgrPool'])] : []), ...blockPools.map(({ name, path: at, tree }) => poolOf(name, tree, at))],
    filesystems: filesystems.map(({ name, path: at, tree }) => ({
      name,
      path: at,
      activeCount: numberAt(tree, ['metadataServer', 'activeCount']) ?? 1,
      memory: valueAt(tree, ['metadataServer', 'resources', 'requests', 'memory']) ?? valueAt(tree, ['metadataServer', 'resources', 'limits', 'memory']),
    })),
    at: (below) => valueAt(rook, below),
  }
}

function hostsOf(rook: Tree, path: Path): readonly HostModel[] {
  const storage = valueAt(rook, ['storage'])
  if (valueAt(storage, ['useAllNodes']) === true) return []
  const chosen = (tree: unknown): boolean => valueAt(tree, ['useAllDevices']) === true || ['deviceFilter', 'devicePathFilter'].some((name) => valueAt(tree, [name]) !== undefined)
  return items(valueAt(storage, ['nodes'])).flatMap(([index, node]) => {
    const name = textAt(node, ['name'])
    if (name === undefined) return []
    const at = [...path, 'storage', 'nodes', index]
    const listed = valueAt(node, ['devices'])
    const devices = items(listed).flatMap(([place, device]) => deviceOf(device, [...at, 'devices', place], [device, node, storage]))
    const hidden = isOpaque(listed) || items(listed).some(([, device]) => [device, valueAt(device, ['name']), valueAt(device, ['config', 'deviceClass'])].some(isOpaque))
    const openEnded = hidden || (devices.length === 0 && valueAt(node, ['useAllDevices']) !== false && (chosen(node) || chosen(storage)))
    return [{ name, path: at, devices, openEnded }]
  })
}

/** More would be a slip of the pen, and only cost time. */
const mostOsdsPerDevice = 64

/** Settings of a device go before those of its node, and these before the cluster's. */
function deviceOf(device: unknown, path: Path, settings: readonly unknown[]): readonly DeviceModel[] {
  const name = textAt(device, ['name'])
  if (name === undefined) return []
  const setting = (key: string): string | undefined => settings.map((tree) => textAt(tree, ['config', key])).find((value) => value !== undefined)
  const deviceClass = setting('deviceClass')
  const metadataDevice = setting('metadataDevice')
  const osds = Number(setting('osdsPerDevice') ?? '1')
  return [
    {
      name,
      key: name.replace(/^\/dev\//, ''),
      path,
      ...(deviceClass === undefined ? {} : { deviceClass }),
      ...(metadataDevice === undefined ? {} : { metadataDevice: metadataDevice.replace(/^\/dev\//, '') }),
      encrypted: setting('encryptedDevice') === 'true',
      osds: Number.isSafeInteger(osds) && osds > 0 ? Math.min(osds, mostOsdsPerDevice) : 1,
    },
  ]
}

interface Declared {
  readonly name: string
  readonly path: Path
  readonly tree: unknown
}

function declaredIn(rook: Tree, section: string, path: Path): readonly Declared[] {
  return entries(valueAt(rook, [section])).map(([name, tree]) => ({ name, path: [...path, section, name], tree }))
}

function inClasses(spec: unknown, backend: string, field: string): readonly Declared[] {
  return entries(valueAt(spec, ['classes'])).flatMap(([className, declared]) => {
    const tree = valueAt(declared, [field])
    if (valueAt(declared, ['backend']) !== backend || !isKnownMap(tree)) return []
    return [{ name: textAt(tree, ['name']) ?? className, path: ['spec', 'classes', className, field], tree }]
  })
}

/** Rook puts the filesystem's name and a dash before a pool's, unless names are preserved; pools without a name are data0, data1, … */
function poolsOfFilesystem({ name, path, tree }: Declared): readonly PoolModel[] {
  const preserved = valueAt(tree, ['preservePoolNames']) === true
  const called = (pool: unknown, fallback: string): string => {
    const own = textAt(pool, ['name'])
    return own !== undefined && preserved ? own : `${name}-${own ?? fallback}`
  }
  const metadata = valueAt(tree, ['metadataPool']) ?? {}
  const data = valueAt(tree, ['dataPools'])
  return [
    poolOf(called(metadata, 'metadata'), metadata, [...path, 'metadataPool']),
    ...(Array.isArray(data) && data.length > 0
      ? items(data).map(([index, pool]) => poolOf(called(pool, `data${index}`), pool, [...path, 'dataPools', index]))
      : [poolOf(called({}, 'data0'), {}, path)]),
  ]
}

const decidingFields: readonly Path[] = [
  ['failureDomain'],
  ['deviceClass'],
  ...['replicated', 'erasureCoded'].map((kind) => [kind]),
  ...['size', 'replicasPerFailureDomain', 'subFailureDomain'].map((field) => ['replicated', field]),
  ...['dataChunks', 'codingChunks'].map((field) => ['erasureCoded', field]),
]

function poolOf(name: string, tree: unknown, path: Path): PoolModel {
  const data = numberAt(tree, ['erasureCoded', 'dataChunks'])
  const coding = numberAt(tree, ['erasureCoded', 'codingChunks'])
  const chunks = data === undefined || coding === undefined ? undefined : { data, coding }
  const deviceClass = textAt(tree, ['deviceClass'])
  const failureDomain = textAt(tree, ['failureDomain']) ?? 'host'
  return {
    name,
    path,
    failureDomain,
    ...(deviceClass === undefined ? {} : { deviceClass }),
    replicated: chunks === undefined,
    pieces: chunks === undefined ? (numberAt(tree, ['replicated', 'size']) ?? 3) : chunks.data + chunks.coding,
    ...(chunks === undefined ? {} : { chunks }),
    perDomain: chunks === undefined ? Math.max(1, numberAt(tree, ['replicated', 'replicasPerFailureDomain']) ?? 1) : 1,
    subDomain: textAt(tree, ['replicated', 'subFailureDomain']) ?? (failureDomain === 'host' ? 'osd' : 'host'),
    opaque: isOpaque(tree) || decidingFields.some((field) => isOpaque(valueAt(tree, field))),
  }
}

type Tree = Readonly<Record<string, unknown>>

/** A map whose fields are known: a value that a program brings later is none. */
function isKnownMap(value: unknown): value is Tree {
  return isMap(value) && !isOpaque(value)
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isKnownMap(value) ? Object.entries(value) : []
}

function items(value: unknown): readonly (readonly [number, unknown])[] {
  return Array.isArray(value) ? value.map((item: unknown, index): readonly [number, unknown] => [index, item]).filter(([, item]) => item !== undefined && item !== null) : []
}

export function textAt(tree: unknown, path: Path): string | undefined {
  const value = valueAt(tree, path)
  return typeof value === 'string' ? value : undefined
}

/** No number at all, or one that no count or share can be, is reported by the schema. */
export function numberAt(tree: unknown, path: Path): number | undefined {
  const value = valueAt(tree, path)
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
