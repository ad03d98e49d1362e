/**
 * The proofs against brute force: small clusters, every completion of what is not known, each judged by Rook's rules written
 * down once more, without bounds and without the code of the proofs.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fact, Facts } from '../../facts/facts.ts'
import { prove } from './prove.ts'
import type { Verdict } from './proof.ts'

interface DeviceCase {
  readonly name: string
  readonly deviceClass: string | undefined
  readonly osds: number
  /** What sources say; none, one or two that disagree. */
  readonly rotational: readonly boolean[]
  readonly fstype: string | undefined
}

interface HostCase {
  readonly devices: readonly DeviceCase[]
  readonly zone: string | undefined
  readonly schedulable: boolean | undefined
}

interface Case {
  readonly hosts: readonly HostCase[]
  /** All of the cluster's nodes are listed, with so many that hold no disks; of these nobody says whether pods may run there. */
  readonly others: number | undefined
  readonly pool: { readonly failureDomain: 'osd' | 'host' | 'zone'; readonly deviceClass: string | undefined; readonly size: number }
  readonly mons: number
}

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(values, { nil: undefined })

const deviceCase: fc.Arbitrary<DeviceCase> = fc.record({
  name: fc.constantFrom('sdb', 'sdc', 'nvme0n1', 'disk/by-id/wwn-1', 'disk/by-partlabel/data'),
  deviceClass: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom('hdd', 'ssd', 'nvme', 'slow')),
  osds: fc.constantFrom(1, 1, 2),
  rotational: fc.constantFrom<readonly boolean[]>([], [], [], [true], [false], [true, false]),
  fstype: fc.constantFrom(undefined, undefined, undefined, '', 'ext4', 'LVM2_member', 'ceph_bluestore'),
})

const hostCase: fc.Arbitrary<HostCase> = fc.record({
  devices: fc.uniqueArray(deviceCase, { maxLength: 2, selector: ({ name }) => name }),
  zone: maybe(fc.constantFrom('', 'a', 'b')),
  schedulable: maybe(fc.boolean()),
})

const aCase: fc.Arbitrary<Case> = fc.record({
  hosts: fc.array(hostCase, { minLength: 1, maxLength: 3 }),
  others: maybe(fc.integer({ min: 0, max: 2 })),
  pool: fc.record({ failureDomain: fc.constantFrom('osd', 'host', 'zone'), deviceClass: maybe(fc.constantFrom('hdd', 'ssd', 'nvme', 'slow')), size: fc.integer({ min: 1, max: 4 }) }),
  mons: fc.constantFrom(1, 2, 3, 5),
})

const source = { kind: 'file', name: 'facts.yaml' } as const

function nameOf(index: number): string {
  return `h${index}`
}

function factsOf({ hosts, others }: Case): Facts {
  const nodes = [...hosts.map((_, index) => nameOf(index)), ...Array.from({ length: others ?? 0 }, (_, index) => `other${index}`)]
  return [
    ...(others === undefined ? [] : [{ object: 'cluster', property: 'nodes', value: nodes.join(','), source }]),
    ...hosts.flatMap(({ devices, zone, schedulable }, index): readonly Fact[] => [
      ...(zone === undefined ? [] : [{ object: `node/${nameOf(index)}`, property: 'zone', value: zone, source }]),
      ...(schedulable === undefined ? [] : [{ object: `node/${nameOf(index)}`, property: 'schedulable', value: schedulable, source }]),
      ...devices.flatMap(({ name, rotational, fstype }) => [
        ...rotational.map((value) => ({ object: `device/${nameOf(index)}/${name}`, property: 'rotational', value, source })),
        ...(fstype === undefined ? [] : [{ object: `device/${nameOf(index)}/${name}`, property: 'fstype', value: fstype, source }]),
      ]),
    ]),
  ]
}

function specOf({ hosts, pool, mons }: Case) {
  const nodes = hosts.map(({ devices }, index) => ({
    name: nameOf(index),
    devices: devices.map(({ name, deviceClass, osds }) => ({ name: `/dev/${name}`, config: { osdsPerDevice: String(osds), ...(deviceClass === undefined ? {} : { deviceClass }) } })),
  }))
  const { size, ...rest } = pool
  const blockPools = { p: { ...rest, replicated: { size } } }
  return { backends: { c: { rookCeph: { storage: { nodes }, mon: { count: mons }, blockPools } } } }
}

/** One thing that is not known, by the name of its fact, with everything that it could be. */
interface Open {
  readonly fact: string
  readonly values: readonly (string | boolean)[]
}

function opensOf({ hosts }: Case): readonly Open[] {
  const zones = ['', 'a', 'b', ...hosts.map((_, index) => `own${index}`)]
  return hosts.flatMap(({ devices, zone }, index): readonly Open[] => [
    ...(zone === undefined ? [{ fact: `node/${nameOf(index)} zone`, values: zones }] : []),
    ...devices.flatMap(({ name, deviceClass, rotational, fstype }): readonly Open[] => {
      const object = `device/${nameOf(index)}/${name}`
      const turning = rotational.length === 1 || deviceClass !== undefined || (rotational.length === 0 && name.startsWith('nvme')) ? [] : [{ fact: `${object} rotational`, values: [true, false] }]
      const leading = name.includes('partlabel') && deviceClass === undefined ? [{ fact: `${object} kname`, values: ['nvme9n1', 'sdz'] }] : []
      return [...turning, ...leading, ...(fstype === 'LVM2_member' || fstype === 'ceph_bluestore' ? [{ fact: `${object} osd`, values: [true, false] }] : [])]
    }),
  ])
}

type Completion = ReadonlyMap<string, string | boolean>

function completions(opens: readonly Open[]): readonly Completion[] {
  return opens.reduce<readonly (readonly (readonly [string, string | boolean])[])[]>((all, { fact, values }) => all.flatMap((one) => values.map((value) => [...one, [fact, value] as const])), [[]]).map((entries) => new Map(entries))
}

/** OSDs as they would be: class, host and zone of each. */
function osdsOf({ hosts }: Case, completion: Completion) {
  return hosts.flatMap(({ devices, zone, schedulable }, index) =>
    schedulable === false
      ? []
      : devices.flatMap(({ name, deviceClass, osds, rotational, fstype }) => {
          const object = `device/${nameOf(index)}/${name}`
          if (fstype === 'ext4' || completion.get(`${object} osd`) === false) return []
          const turns = completion.get(`${object} rotational`) ?? rotational[0] ?? false
          const realName = String(completion.get(`${object} kname`) ?? name)
          const byRook = turns === true ? 'hdd' : realName.includes('nvme') ? 'nvme' : 'ssd'
          return Array.from({ length: osds }, (_, place) => ({ id: `${object}#${place}`, deviceClass: deviceClass ?? byRook, host: nameOf(index), zone: String(completion.get(`node/${nameOf(index)} zone`) ?? zone ?? '') }))
        }),
  )
}

function poolWorks(one: Case, completion: Completion, deviceClass: string | undefined): boolean {
  const osds = osdsOf(one, completion).filter((osd) => deviceClass === undefined || osd.deviceClass === deviceClass)
  const domains = { osd: osds.map(({ id }) => id), host: osds.map(({ host }) => host), zone: osds.map(({ zone }) => zone).filter((zone) => zone !== '') }[one.pool.failureDomain]
  return new Set(domains).size >= one.pool.size
}

function verdictOf(outcomes: readonly boolean[]): Verdict {
  return outcomes.every(Boolean) ? 'holds' : outcomes.some(Boolean) ? 'unknown' : 'violated'
}

/** Facts of which a single change can turn the answer. */
function influential(opens: readonly Open[], judge: (completion: Completion) => boolean): readonly string[] {
  const all = completions(opens)
  return opens.filter(({ fact, values }) => all.some((one) => values.some((value) => judge(one) !== judge(new Map([...one, [fact, value]]))))).map(({ fact }) => fact)
}

test('a pool is said to work, or not to, exactly when it does in every completion; and the facts that decide are exactly those that can turn the answer', () => {
  fc.assert(
    fc.property(aCase, (one) => {
      const opens = opensOf(one)
      const { deviceClass } = one.pool
      const judge = (completion: Completion): boolean => poolWorks(one, completion, deviceClass)
      const expected = verdictOf(completions(opens).map(judge))
      const proofs = prove({ spec: specOf(one), facts: factsOf(one) }).filter(({ object }) => object === 'pool/p')
      const checks = deviceClass === undefined ? ['pool-needs-more-hosts'] : ['pool-class-needs-more-hosts', 'device-class-nowhere']
      const said = proofs.filter(({ check }) => checks.includes(check))
      const worst = said.find(({ verdict }) => verdict !== 'holds')
      expect(worst?.verdict ?? 'holds').toBe(expected)
      expect(said.length).toBeGreaterThan(0)
      if (expected === 'unknown') expect(worst?.deciding.toSorted()).toEqual(influential(opens, judge).toSorted())
    }),
    { numRuns: 400 },
  )
})

test('what is said of the hosts of a pool with a class is true whatever the class facts are', () => {
  fc.assert(
    fc.property(aCase, (one) => {
      const said = prove({ spec: specOf(one), facts: factsOf(one) }).find(({ check, object }) => check === 'pool-needs-more-hosts' && object === 'pool/p')
      const expected = verdictOf(completions(opensOf(one)).map((completion) => poolWorks(one, completion, undefined)))
      if (said !== undefined) expect(said.verdict).toBe(expected)
    }),
    { numRuns: 200 },
  )
})

test('monitors are judged over every number of nodes that there may be, and whether each takes pods', () => {
  fc.assert(
    fc.property(aCase, (one) => {
      const { hosts, others, mons } = one
      const certain = hosts.filter(({ schedulable }) => schedulable !== false).length
      // As many more as matter, where nobody has counted.
      const outcomes = Array.from({ length: (others ?? 6) + 1 }, (_, more) => certain + more >= mons)
      const proof = prove({ spec: specOf(one), facts: factsOf(one) }).find(({ check }) => check === 'mons-need-more-nodes')
      expect(proof?.verdict).toBe(verdictOf(outcomes))
    }),
    { numRuns: 200 },
  )
})
