/** Sentences about a pool's copies and the places for them. */
import type { Count } from './count.ts'
import { osdsOf, type Host } from './hosts.ts'
import type { PoolModel } from './model.ts'
import { count, deviceName, listed, ordinal, plural } from './words.ts'

export function domainWord({ failureDomain }: PoolModel, number: number): string {
  return plural(number, failureDomain === 'osd' ? 'OSD' : failureDomain)
}

/** `keeps three copies, each on a different host`. */
export function copiesOf(pool: PoolModel): string {
  const { pieces, chunks, perDomain } = pool
  const where = pool.failureDomain === 'host' || pool.failureDomain === 'osd' ? 'on' : 'in'
  if (chunks !== undefined) return `cuts data into ${chunks.data}+${chunks.coding} pieces, each ${where} a different ${domainWord(pool, 1)}`
  const copies = count(pieces, 'copy')
  return perDomain > 1 ? `keeps ${copies}, ${perDomain} of them ${where} each ${domainWord(pool, 1)}` : `keeps ${copies}, each ${where} a different ${domainWord(pool, 1)}`
}

/** `only worker-1 has such a disk`, `at most one host could: worker-2, if sdb or sdc is rotational`. */
export function haves(pool: PoolModel, { min, max }: Count, hosts: readonly Host[], deviceClass: string | undefined): string {
  const could = hosts.filter((host) => osdsOf(host, deviceClass).max > 0)
  const names = could.length === 0 ? '' : ` (${listed(could.map(({ name }) => name))})`
  const domains = count(max, pool.failureDomain === 'osd' ? 'OSD' : pool.failureDomain)
  if (deviceClass === undefined) {
    if (pool.failureDomain === 'osd') return `the declared devices make ${count(max, 'OSD')}`
    if (pool.failureDomain === 'host') return `${domains} with disks ${max === 1 ? 'is' : 'are'} declared${names}${leftOut(hosts)}`
    return `the ${plural(could.length, 'host')} with disks${names} ${could.length === 1 ? 'is' : 'are'} in ${min === max ? domains : `at most ${domains}`}${leftOut(hosts)}`
  }
  if (min === max) return `only ${domains} ${max === 1 ? 'has' : 'have'} ${deviceClass}${pool.failureDomain === 'osd' ? '' : names}${leftOut(hosts)}`
  return `at most ${domains} could have ${deviceClass}: ${listed(could.map((host) => whoCould(host, deviceClass)), 'and')}${leftOut(hosts)}`
}

/** `worker-2, if sdb or sdc is rotational`. */
function whoCould(host: Host, deviceClass: string): string {
  if (host.openEnded) return `${host.name}, whose devices are chosen there`
  if (osdsOf(host, deviceClass).min > 0) return host.name
  const able = host.devices.filter(({ used, classes }) => used !== 'no' && classes.includes(deviceClass)).map(({ device }) => deviceName(device.key))
  const condition = deviceClass === 'hdd' ? 'rotational' : deviceClass === 'ssd' ? 'not rotational' : deviceClass
  return `${host.name}, if ${listed(able, 'or')} is ${condition}`
}

function leftOut(hosts: readonly Host[]): string {
  const names = (why: Host['excluded']): readonly string[] => hosts.filter(({ excluded }) => excluded === why).map(({ name }) => name)
  const [absent, tainted] = [names('not-there'), names('unschedulable')]
  return [
    ...(absent.length > 0 ? [`; ${listed(absent)} ${absent.length === 1 ? 'is' : 'are'} not in the cluster`] : []),
    ...(tainted.length > 0 ? [`; ${listed(tainted)} ${tainted.length === 1 ? 'keeps' : 'keep'} pods away`] : []),
  ].join('')
}

/** Copies below which Ceph stops input and output (OSDMonitor, prepare_pool_size): size - size/2, and k + min(1, m - 1). */
function leastPieces({ pieces, chunks }: PoolModel): number {
  return chunks === undefined ? pieces - Math.floor(pieces / 2) : chunks.data + Math.min(1, chunks.coding - 1)
}

export function cannotBeWritten(pool: PoolModel, domains: number): string {
  const placed = Math.min(pool.pieces, domains * pool.perDomain)
  if (placed < leastPieces(pool)) return 'nothing could ever be written to it'
  const piece = pool.chunks === undefined ? 'copy' : 'piece'
  const missing = pool.pieces - placed === 1 ? `the ${ordinal(pool.pieces)} ${piece} has` : `${count(pool.pieces - placed, piece)} have`
  return `it could never be healthy, because ${missing} nowhere to go`
}

export function poolRemedy(pool: PoolModel, domains: number, deviceClass: string | undefined): string {
  const more = Math.ceil(pool.pieces / pool.perDomain) - domains
  const level = pool.failureDomain !== 'osd' && pool.failureDomain !== 'host'
  const kind = pool.failureDomain === 'osd' ? 'device' : pool.failureDomain
  const wanted = deviceClass ?? (kind === 'device' ? undefined : 'disks')
  const what = `${count(more, `more ${kind}`)}${wanted === undefined ? '' : ` with ${wanted}`}`
  const fewer = pool.chunks !== undefined ? 'cut data into fewer pieces' : domains >= 2 ? `keep ${count(domains, 'copy')}` : 'write another failureDomain'
  return `declare ${level ? `hosts with ${wanted ?? 'disks'} in ${count(more, `more ${kind}`)}` : what}, ${deviceClass === undefined ? '' : 'write another deviceClass, '}or ${fewer}`
}
