/** What the loss of one host leaves of a pool: its data where it hangs on one host, and its room where sizes are known. */
import { decidingOf } from './count.ts'
import { values, deviceObject } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import { osdsOf, type Host } from './hosts.ts'
import type { CephModel, PoolModel } from './model.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { copiesOf } from './pool-words.ts'
import { count, howToSettle, listed } from './words.ts'

export function proveCapacity(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  return model.pools.filter(({ opaque }) => !opaque).flatMap((pool) => [...hostsCanFall(model, pool, hosts), ...roomAfterHostLoss(model, pool, hosts, book)])
}

/** Over OSDs, CRUSH may put every copy on one host. */
function hostsCanFall(model: CephModel, pool: PoolModel, hosts: readonly Host[]): readonly Proof[] {
  if (pool.failureDomain !== 'osd') return []
  const about: Proven = { check: 'one-host-holds-all-copies', object: `pool/${pool.name}`, path: [...pool.path, 'failureDomain'], severity: 'warning' }
  // As many as may be missing (size/2 of copies, m - 1 of pieces, at least one) may lie on a host; one more, and input and output stop.
  const spare = pool.chunks === undefined ? Math.floor(pool.pieces / 2) : Math.max(1, pool.chunks.coding - 1)
  const osds = hosts.map((host) => ({ host, ...osdsOf(host, pool.deviceClass) }))
  const risky = osds.filter(({ min }) => min > spare)
  const message = (names: readonly string[]): string => `pool ${pool.name} ${copiesOf(pool)}, and these may be OSDs of one host: when ${listed(names, 'or')} stops, the pool can stop with it`
  const remedy = 'write failureDomain: host once there are enough hosts'
  const unnamed = model.anyHost && hosts.length === 0
  if (!unnamed && risky.length > 0) return [violated(about, message(risky.map(({ host }) => host.name)), remedy)]
  const open = osds.filter(({ max }) => max > spare)
  if (!unnamed && open.length === 0) return [holds(about)]
  const deciding = unnamed ? ['cluster nodes'] : open.flatMap((one) => decidingOf(one, spare + 1))
  const where = unnamed ? 'a host' : listed(open.map(({ host }) => host.name), 'or')
  return [unknown(about, `pool ${pool.name} ${copiesOf(pool)}; whether ${where} has so many of these OSDs that the pool stops with it is not known`, `${remedy}; or ${howToSettle(deciding)}`, deciding)]
}

/** Only where every size is known: without them nothing certain can be said, and no number. */
function roomAfterHostLoss(model: CephModel, pool: PoolModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  if (model.anyHost || pool.failureDomain !== 'host' || pool.perDomain > 1) return []
  const bytes = hosts.map((host) => ({ host: host.name, ...bytesOf(host, pool.deviceClass, book) })).filter(({ could }) => could)
  if (bytes.length < pool.pieces || bytes.some(({ known }) => !known)) return []
  const about: Proven = { check: 'no-room-after-host-loss', object: `pool/${pool.name}`, path: pool.path, severity: 'warning' }
  const sizes = bytes.map(({ total }) => total)
  const now = usable(sizes, pool)
  const largest = bytes.toSorted((a, b) => b.total - a.total)[0]
  if (largest === undefined) return []
  const words = `pool ${pool.name} ${copiesOf(pool)}, with room for ${tib(now)}`
  if (bytes.length === pool.pieces) {
    return [violated(about, `${words} over ${count(bytes.length, 'host')}; when one is lost, its copies cannot be made again until it is back`, `add a host with ${tib(Math.max(...sizes))} of disks, or be ready to replace one soon`)]
  }
  const left = usable(sizes.filter((_, index) => bytes[index] !== largest), pool)
  if (left >= now * model.nearFullRatio) return [holds(about)]
  const share = Math.floor((100 * left * model.nearFullRatio) / now)
  return [violated(about, `${words}; after the loss of ${largest.host} there is room for ${tib(left)}`, `keep it below ${share} % full, so that what was lost can be made again elsewhere; or add disks to the other hosts`)]
}

function bytesOf(host: Host, deviceClass: string | undefined, book: FactBook): { readonly could: boolean; readonly known: boolean; readonly total: number } {
  const osds = osdsOf(host, deviceClass)
  const devices = host.devices.filter(({ used, classes }) => used !== 'no' && (deviceClass === undefined || classes.includes(deviceClass)))
  const sizes = devices.map(({ device }) => values(book.said(deviceObject(host.name, device.key, book), 'size')))
  const known = osds.min === osds.max && !host.openEnded && sizes.every(({ length }) => length === 1)
  return { could: osds.max > 0, known, total: sizes.reduce((total, [size]) => total + Number(size ?? 0), 0) }
}

/**
 * Bytes of data that fit when each of its n pieces lies on another host: the largest d for which the hosts, each giving at
 * most d, give n·d together.
 */
function usable(hosts: readonly number[], { pieces, chunks }: PoolModel): number {
  if (hosts.length < pieces) return 0
  const sorted = hosts.toSorted((a, b) => b - a)
  let best = Number.POSITIVE_INFINITY
  for (let large = 0; large < pieces; large += 1) {
    const rest = sorted.slice(large).reduce((total, size) => total + size, 0)
    best = Math.min(best, rest / (pieces - large))
  }
  return best * (chunks === undefined ? 1 : chunks.data)
}

function tib(bytes: number): string {
  const [divisor, unit] = bytes >= 1024 ** 4 ? [1024 ** 4, 'Ti'] : [1024 ** 3, 'Gi']
  return `${Number((bytes / divisor).toFixed(1))}${unit}`
}
