/** Whether each pool finds as many failure domains as its copies or pieces want, with disks of its class. */
import { atLeast, decidingOf } from './count.ts'
import { countDomains, type DomainQuestion } from './domains.ts'
import type { FactBook } from './fact-book.ts'
import { osdsOf, type Host } from './hosts.ts'
import type { CephModel, PoolModel } from './model.ts'
import { cannotBeWritten, copiesOf, domainWord, haves, poolRemedy } from './pool-words.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { count, factWords, howToSettle, listed } from './words.ts'

export function provePools(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  return model.pools.flatMap((pool) => (pool.opaque ? opaquePool(pool) : [...domainsOfAnyClass(model, pool, hosts, book), ...domainsOfItsClass(model, pool, hosts, book)]))
}

/** Domains that a pool needs, each with `perDomain` copies. */
export function domainsNeeded({ pieces, perDomain }: PoolModel): number {
  return Math.ceil(pieces / perDomain)
}

export function questionOf({ failureDomain, perDomain, subDomain }: PoolModel, deviceClass: string | undefined): DomainQuestion {
  return { failureDomain, deviceClass, perDomain, subDomain }
}

/**
 * Without regard to classes. Left unsaid where the count for its class is known without any missing fact and short: that says more.
 * Where the class hangs on missing facts, this is what stays true however they turn out.
 */
function domainsOfAnyClass(model: CephModel, pool: PoolModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  const about = aboutPool('pool-needs-more-hosts', pool, ['failureDomain'])
  const domains = countDomains(hosts, model.anyHost, questionOf(pool, undefined), book)
  const verdict = atLeast(domains, domainsNeeded(pool))
  if (verdict === 'holds') return [holds(about)]
  if (pool.deviceClass !== undefined) {
    const ofClass = countDomains(hosts, model.anyHost, questionOf(pool, pool.deviceClass), book)
    if (verdict === 'unknown' || ofClass.min === ofClass.max) return []
  }
  const words = `pool ${pool.name} ${copiesOf(pool)}`
  if (verdict === 'violated') {
    return [violated(about, `${words}, and ${haves(pool, domains, hosts, undefined)}: ${cannotBeWritten(pool, domains.max)}`, poolRemedy(pool, domains.max, undefined))]
  }
  const deciding = decidingOf(domains, domainsNeeded(pool))
  return [unknown(about, `${words}; whether there are so many is not known: ${open(model, pool, domains.min, deciding)}`, howToSettle(deciding), deciding)]
}

function domainsOfItsClass(model: CephModel, pool: PoolModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  const { deviceClass } = pool
  if (deviceClass === undefined) return []
  const about = aboutPool('pool-class-needs-more-hosts', pool, ['deviceClass'])
  const nowhere = { ...about, check: 'device-class-nowhere' }
  const domains = countDomains(hosts, model.anyHost, questionOf(pool, deviceClass), book)
  const osds = countDomains(hosts, model.anyHost, { ...questionOf(pool, deviceClass), failureDomain: 'osd' }, book)
  if (osds.max === 0) {
    const message = `pool ${pool.name} wants devices of class ${deviceClass}, and no device that is declared has that class or could have it: ${presentClasses(hosts)}`
    return [violated(nowhere, message, `write a class that is there, or config: {deviceClass: ${deviceClass}} at the devices that are meant`)]
  }
  const verdict = atLeast(domains, domainsNeeded(pool))
  if (verdict === 'holds') return [holds(nowhere), holds(about)]
  const words = `pool ${pool.name} ${copiesOf(pool)} with ${deviceClass}`
  if (verdict === 'violated') {
    return [holds(nowhere), violated(about, `${words}, and ${haves(pool, domains, hosts, deviceClass)}: ${cannotBeWritten(pool, domains.max)}`, poolRemedy(pool, domains.max, deviceClass))]
  }
  const deciding = decidingOf(domains, domainsNeeded(pool))
  return [unknown(about, `${words}; whether so many have it is not known: ${open(model, pool, domains.min, deciding)}`, howToSettle(deciding), deciding)]
}

/** What is certain, and what it hangs on. */
function open({ anyHost }: CephModel, pool: PoolModel, min: number, deciding: readonly string[]): string {
  const chosen = anyHost ? ', because storage takes whatever nodes there are' : ''
  return `${count(min, pool.failureDomain === 'osd' ? 'OSD' : pool.failureDomain)} ${min === 1 ? 'is' : 'are'} certain${chosen}, and whether there are more depends on ${listed(deciding.map(factWords))}`
}

function presentClasses(hosts: readonly Host[]): string {
  const found = new Set(hosts.flatMap(({ devices }) => devices.flatMap(({ classes }) => classes)))
  const usable = hosts.some((host) => osdsOf(host, undefined).max > 0)
  return usable ? `they are ${listed([...found], 'or')}` : 'there is none'
}

function opaquePool(pool: PoolModel): readonly Proof[] {
  const about = aboutPool('pool-needs-more-hosts', pool, [])
  return [unknown(about, `whether pool ${pool.name} finds enough ${domainWord(pool, 2)} is not known: its size, failure domain or class is a value that is not known yet`, 'write plain values there', [])]
}

function aboutPool(check: string, pool: PoolModel, below: readonly string[]): Proven {
  return { check, object: `pool/${pool.name}`, path: [...pool.path, ...below], severity: 'error' }
}
