/** How many distinct failure domains hold OSDs of a class: exact bounds over every completion of the missing facts. */
import { atLeast, sum, type Count } from './count.ts'
import { values } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import { osdsOf, type Host } from './hosts.ts'

export interface DomainQuestion {
  /** osd, host, or a level that Rook reads from labels of nodes. */
  readonly failureDomain: string
  readonly deviceClass: string | undefined
  /** Copies within each domain, and what separates them; 1 for none. */
  readonly perDomain: number
  readonly subDomain: string
}

export function countDomains(hosts: readonly Host[], anyHost: boolean, question: DomainQuestion, book: FactBook): Count {
  if (anyHost) return { min: 0, max: Number.POSITIVE_INFINITY, deciding: ['cluster nodes'] }
  const { failureDomain, deviceClass } = question
  if (failureDomain === 'osd') return sum(hosts.map((host) => osdsOf(host, deviceClass)))
  if (failureDomain === 'host') return sum(hosts.map((host) => one(within([host], question))))
  return countLevels(hosts, question, book)
}

/** One domain: it counts, or it does not. */
function one({ min, max, deciding }: Count): Count {
  return min > 0 ? { min: 1, max: 1, deciding: [] } : { min: 0, max: max > 0 ? 1 : 0, deciding: max > 0 ? deciding : [] }
}

/** 1 when the hosts together make a domain that takes its share of copies, 0 when they do not. */
function within(hosts: readonly Host[], { deviceClass, perDomain, subDomain }: DomainQuestion): Count {
  const osds = hosts.map((host) => osdsOf(host, deviceClass))
  const parts = sum(perDomain > 1 && subDomain !== 'osd' ? osds.map(one) : osds)
  const verdict = atLeast(parts, perDomain)
  return { min: verdict === 'holds' ? 1 : 0, max: verdict === 'violated' ? 0 : 1, deciding: verdict === 'unknown' ? parts.deciding : [] }
}

/** Hosts without a known label may each be in a domain of their own, share one, or be in none. */
function countLevels(hosts: readonly Host[], question: DomainQuestion, book: FactBook): Count {
  const level = (host: Host): readonly string[] => values(book.said(`node/${host.name}`, question.failureDomain)).map(String)
  const groups = new Map<string, Host[]>()
  const open: Host[] = []
  for (const host of hosts) {
    const said = level(host)
    const [name] = said
    if (said.length !== 1 || name === undefined) open.push(host)
    else if (name !== '') groups.set(name, [...(groups.get(name) ?? []), host])
  }
  const able = open.filter((host) => osdsOf(host, question.deviceClass).max > 0)
  const known = [...groups.values()].map((group) => one(within(group, question)))
  const unlabelled = able.map((host): Count => {
    const osds = osdsOf(host, question.deviceClass)
    return { min: 0, max: 1, deciding: [`node/${host.name} ${question.failureDomain}`, ...(osds.min > 0 ? [] : osds.deciding)] }
  })
  return sum([...known, ...unlabelled])
}
