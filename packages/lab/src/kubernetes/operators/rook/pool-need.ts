/** What a pool asks of the cluster, what Rook refuses of it, and whether its placement groups can be whole. */
import { at, numberAt, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import type { Osd } from './storage-hosts.ts'

/** Ceph's own types of buckets. */
const bucketTypes = ['osd', 'host', 'chassis', 'rack', 'row', 'pdu', 'pod', 'room', 'datacenter', 'zone', 'region', 'root']

export interface PoolState {
  readonly name: string
  /** Rook's or Ceph's refusal; nothing is made. */
  readonly refusal?: string
  /** Copies or shards that a placement group wants. */
  readonly wanted: number
  /** How many failure domains can hold one. */
  readonly domains: number
  /** Below this number of copies nothing is read or written. */
  readonly least: number
}

export const isWhole = ({ refusal, domains, wanted }: PoolState): boolean => refusal === undefined && domains >= wanted
/** Placement groups serve, degraded or whole. */
export const isActive = ({ refusal, domains, least }: PoolState): boolean => refusal === undefined && domains >= least

/** pkg/operator/ceph/pool/validate.go, in its words. */
export function refusalOf(spec: JsonObject): string | undefined {
  const size = numberAt(spec, 'replicated', 'size') ?? 0
  const isErasureCoded = (numberAt(spec, 'erasureCoded', 'dataChunks') ?? 0) > 0 || (numberAt(spec, 'erasureCoded', 'codingChunks') ?? 0) > 0
  const domain = textAt(spec, 'failureDomain')
  const perDomain = numberAt(spec, 'replicated', 'replicasPerFailureDomain') ?? 0
  if (size > 0 && isErasureCoded) return 'both replication and erasure code settings cannot be specified'
  if (domain !== '' && !bucketTypes.includes(domain)) return `unrecognized failure domain ${domain}`
  if (size === 1 && at(spec, 'replicated', 'requireSafeReplicaSize') === true) return 'error pool size is 1 and requireSafeReplicaSize is true, must be false'
  if (perDomain > 0 && size <= perDomain) return `error pool size is ${size} and replicasPerFailureDomain is ${perDomain}, size must be greater`
  return undefined
}

export function poolState(name: string, spec: JsonObject, osds: readonly Osd[]): PoolState {
  const size = numberAt(spec, 'replicated', 'size') ?? 0
  const [data, coding] = [numberAt(spec, 'erasureCoded', 'dataChunks') ?? 0, numberAt(spec, 'erasureCoded', 'codingChunks') ?? 0]
  const wanted = data > 0 ? data + coding : Math.max(size, 1)
  // osd_pool_default_min_size: half and one. Of an erasure-coded pool one more than the data, unless there is one coding chunk only (OSDMonitor::prepare_pool_size).
  const least = data > 0 ? data + Math.min(1, Math.max(coding - 1, 0)) : wanted - Math.floor(wanted / 2)
  const deviceClass = textAt(spec, 'deviceClass')
  const own = deviceClass === '' ? osds : osds.filter((each) => each.deviceClass === deviceClass)
  const refusal = refusalOf(spec) ?? (deviceClass !== '' && own.length === 0 ? noSuchClass(name, deviceClass) : undefined)
  return { name, wanted, least, domains: domainsOf(own, textAt(spec, 'failureDomain') || 'host'), ...(refusal === undefined ? {} : { refusal }) }
}

/** `ceph osd crush rule create-replicated` on a class that no OSD has. */
function noSuchClass(name: string, deviceClass: string): string {
  return `failed to create crush rule for pool "${name}": Error EINVAL: device class ${deviceClass} does not exist`
}

function domainsOf(osds: readonly Osd[], domain: string): number {
  if (domain === 'osd') return osds.length
  if (domain === 'host') return new Set(osds.map(({ host }) => host)).size
  return new Set(osds.map(({ labels }) => labelOf(labels, domain)).filter((each) => each !== undefined)).size
}

function labelOf(labels: JsonObject, domain: string): Json | undefined {
  return labels[`topology.rook.io/${domain}`] ?? labels[`topology.kubernetes.io/${domain}`]
}

/** The pools of a filesystem: metadata first. Names as Rook gives them. */
export function poolsOfFilesystem(filesystem: JsonObject, osds: readonly Osd[]): readonly PoolState[] {
  const name = textAt(filesystem, 'metadata', 'name')
  const spec = objectAt(filesystem, 'spec')
  const preserve = at(spec, 'preservePoolNames') === true
  const given = Array.isArray(spec['dataPools']) ? spec['dataPools'] : []
  const data = given.map((pool: Json, index: number) => {
    const own = textAt(pool, 'name')
    return poolState(own === '' ? `${name}-data${index}` : preserve ? own : `${name}-${own}`, objectAt({ pool }, 'pool'), osds)
  })
  const ownMetadata = textAt(spec, 'metadataPool', 'name')
  const metadata = poolState(ownMetadata !== '' && preserve ? ownMetadata : `${name}-metadata`, objectAt(spec, 'metadataPool'), osds)
  return [metadata, ...data]
}
