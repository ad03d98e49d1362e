/** How many distinct failure domains hold OSDs of a class: exact bounds over every completion of the missing facts. */
import { atLeast, decidingOf, exactly, sum, type Count } from './count.ts'
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
  // Which nodes there are is not known by name.
  if (anyHost && hosts.length === 0) return { min: 0, max: Number.POSITIVE_INFINITY, steps: [{ weight: Number.POSITIVE_INFINITY, deciding: ['cluster nodes'] }] }
  const { failureDomain, deviceClass } = question
  if (failureDomain === 'osd') return sum(hosts.map((host) => osdsOf(host, deviceClass)))
  if (failureDomain === 'host') return sum(hosts.map((host) => within([host], question)))
  return countLevels(hosts, question, book)
}

/** 1 when there are so many, 0 when there are not. */
function reached(parts: Count, need: number): Count {
  const verdict = atLeast(parts, need)
  return verdict === 'unknown' ? { min: 0, max: 1, steps: [{ weight: 1, deciding: decidingOf(parts, need) }] } : exactly(verdict === 'holds' ? 1 : 0)
}

/** 1 when the hosts together make a domain that takes its share of copies, 0 when they do not. */
function within(hosts: readonly Host[], { deviceClass, perDomain, subDomain }: DomainQuestion): Count {
  const osds = hosts.map((host) => osdsOf(host, deviceClass))
  return reached(sum(perDomain > 1 && subDomain !== 'osd' ? osds.map((count) => reached(count, 1)) : osds), perDomain)
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
  const known = [...groups.values()].map((group) => within(group, question))
  const unlabelled = able.map((host): Count => {
    const osds = osdsOf(host, question.deviceClass)
    return { min: 0, max: 1, steps: [{ weight: 1, deciding: [`node/${host.name} ${question.failureDomain}`, ...(osds.min > 0 ? [] : decidingOf(osds, 1))] }] }
  })
  return sum([...known, ...unlabelled])
}
