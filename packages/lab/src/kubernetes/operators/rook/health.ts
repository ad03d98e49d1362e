/** What `ceph health` would say, from what the pools ask and what the OSDs can give. */
import type { JsonObject } from '../../api/json.ts'
import { isActive, isWhole } from './pool-need.ts'
import type { PoolState } from './pool-need.ts'
import type { Osd } from './storage-hosts.ts'

const groupsOfPool = 32

export function healthOf(pools: readonly PoolState[], osds: readonly Osd[]): JsonObject {
  const made = pools.filter(({ refusal }) => refusal === undefined)
  const inactive = made.filter((each) => !isActive(each))
  const degraded = made.filter((each) => isActive(each) && !isWhole(each))
  const alone = made.filter(({ wanted }) => wanted === 1)
  const warn = (message: string): JsonObject => ({ severity: 'HEALTH_WARN', message })
  const details: Record<string, JsonObject> = {
    ...(osds.length < 3 ? { TOO_FEW_OSDS: warn(`OSD count ${osds.length} < osd_pool_default_size 3`) } : {}),
    ...(inactive.length > 0 ? { PG_AVAILABILITY: warn(`Reduced data availability: ${inactive.length * groupsOfPool} pgs inactive`) } : {}),
    ...(degraded.length + inactive.length > 0 ? { PG_DEGRADED: warn(`Degraded data redundancy: ${(degraded.length + inactive.length) * groupsOfPool} pgs undersized`) } : {}),
    ...(alone.length > 0 ? { POOL_NO_REDUNDANCY: warn(`${alone.length} pool(s) have no replicas configured`) } : {}),
  }
  return Object.keys(details).length === 0 ? { health: 'HEALTH_OK' } : { health: 'HEALTH_WARN', details }
}
