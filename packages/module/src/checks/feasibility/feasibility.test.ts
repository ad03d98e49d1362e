/** Each check: a declaration that trips it, a near miss that does not, and one where the answer is not known. */
import type { Finding } from '@stowage/core'
import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import { opaqueLeaf } from '../../spec/opaque-leaf.ts'
import { prove } from './prove.ts'
import { adviceChecks, feasibilityRules } from './rules.ts'

interface Part {
  /** Over the backend of the base. */
  readonly rook?: object
  /** By host; over the base's one nvme and one hdd each. */
  readonly devices?: Readonly<Record<string, readonly object[]>>
  readonly hosts?: readonly string[]
  readonly pool?: object
  readonly filesystem?: object
  readonly facts?: object
}

const base = ['w1', 'w2', 'w3']
const disks = [{ name: '/dev/disk/by-id/nvme-a' }, { name: '/dev/disk/by-id/ata-b', config: { deviceClass: 'hdd' } }]
const threeNodes = { cluster: { nodes: base }, nodes: { w1: { schedulable: true }, w2: { schedulable: true }, w3: { schedulable: true } } }

function declaration({ rook = {}, devices = {}, hosts = base, pool, filesystem, facts = threeNodes }: Part) {
  const nodes = hosts.map((name) => ({ name, devices: devices[name] ?? disks }))
  const backend = { storage: { nodes }, ...rook, ...(pool === undefined ? {} : { blockPools: { images: pool } }), ...(filesystem === undefined ? {} : { filesystems: { shared: filesystem } }) }
  return { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { ceph: { rookCeph: backend } }, classes: {}, facts } }
}

function found(part: Part): readonly Finding[] {
  return readValue(declaration(part)).findings.filter(({ rule, path }) => rule in feasibilityRules || path.includes('facts') || rule === 'encrypted-part')
}

const sdb = (node: string, facts: object, rest: object = {}): Part => ({ devices: { [node]: [{ name: '/dev/sdb', ...rest }] }, facts: { ...threeNodes, nodes: { ...threeNodes.nodes, [node]: { schedulable: true, devices: { sdb: facts } } } } })
const withMemory = (memory: string | undefined): object => ({ ...threeNodes, nodes: Object.fromEntries(base.map((name) => [name, { schedulable: true, ...(memory === undefined ? {} : { memory }) }])) })
const withKernel = (...kernels: readonly (string | undefined)[]): object => ({ ...threeNodes, nodes: Object.fromEntries(base.map((name, index) => [name, { schedulable: true, ...(kernels[index] === undefined ? {} : { kernel: kernels[index] }) }])) })
const withRacks = (...racks: readonly (string | undefined)[]): object => ({ ...threeNodes, nodes: Object.fromEntries(base.map((name, index) => [name, { schedulable: true, ...(racks[index] === undefined ? {} : { rack: racks[index] }) }])) })
const withSizes = (...sizes: readonly string[]): Part => ({ devices: Object.fromEntries(sizes.map((_, index) => [`w${index + 1}`, [{ name: '/dev/disk/by-id/ata-b' }]])), hosts: sizes.map((_, index) => `w${index + 1}`), facts: { cluster: { schedulableNodes: sizes.length }, nodes: Object.fromEntries(sizes.map((size, index) => [`w${index + 1}`, { devices: { 'disk/by-id/ata-b': { size } } }])) } })
const osd = (memory: string): object => ({ resources: { osd: { requests: { memory } } } })
const encrypted = { config: { encryptedDevice: 'true' } }
const threeCopies = { replicated: { size: 3 } }

interface Row {
  readonly check: string
  readonly what: string
  readonly trips: Part
  readonly nearMiss: Part
  /** Absent where the check asks for no fact that could be missing. */
  readonly unknown?: Part
}

const rows: readonly Row[] = [
  { check: 'pool-needs-more-hosts', what: 'copies over hosts', trips: { pool: { replicated: { size: 4 } } }, nearMiss: { pool: threeCopies }, unknown: { pool: threeCopies, rook: { storage: { useAllNodes: true, useAllDevices: true } } } },
  { check: 'pool-needs-more-hosts', what: 'pieces over hosts', trips: { pool: { erasureCoded: { dataChunks: 2, codingChunks: 2 } } }, nearMiss: { pool: { erasureCoded: { dataChunks: 2, codingChunks: 1 } } } },
  { check: 'pool-needs-more-hosts', what: 'copies over racks', trips: { pool: { failureDomain: 'rack', replicated: { size: 3 } }, facts: withRacks('a', 'b', 'a') }, nearMiss: { pool: { failureDomain: 'rack', replicated: { size: 3 } }, facts: withRacks('a', 'b', 'c') }, unknown: { pool: { failureDomain: 'rack', replicated: { size: 3 } }, facts: withRacks('a', 'b') } },
  { check: 'pool-needs-more-hosts', what: 'copies over OSDs', trips: { pool: { failureDomain: 'osd', replicated: { size: 3 } }, hosts: ['w1'] }, nearMiss: { pool: { failureDomain: 'osd', replicated: { size: 2 } }, hosts: ['w1'] }, unknown: { pool: { failureDomain: 'osd', replicated: { size: 3 } }, hosts: ['w1'], devices: { w1: [] }, rook: { storage: { useAllDevices: true, nodes: [{ name: 'w1' }] } } } },
  { check: 'pool-class-needs-more-hosts', what: 'a class on two hosts of three', trips: { pool: { ...threeCopies, deviceClass: 'nvme' }, devices: { w3: [{ name: '/dev/disk/by-id/ata-b', config: { deviceClass: 'hdd' } }] } }, nearMiss: { pool: { ...threeCopies, deviceClass: 'nvme' } }, unknown: { pool: { ...threeCopies, deviceClass: 'hdd' }, devices: { w3: [{ name: '/dev/disk/by-id/ata-b' }] } } },
  { check: 'device-class-nowhere', what: 'a class that nothing has', trips: { pool: { ...threeCopies, deviceClass: 'ssd' } }, nearMiss: { pool: { ...threeCopies, deviceClass: 'hdd' } } },
  { check: 'device-class-unknown', what: 'a disk that may be of the class', trips: { pool: { ...threeCopies, deviceClass: 'hdd' }, devices: { w3: [{ name: '/dev/disk/by-id/ata-b' }] } }, nearMiss: { pool: { ...threeCopies, deviceClass: 'hdd' }, devices: { w3: [{ name: '/dev/disk/by-id/ata-b' }] }, facts: { ...threeNodes, nodes: { ...threeNodes.nodes, w3: { schedulable: true, devices: { 'disk/by-id/ata-b': { rotational: true } } } } } } },
  { check: 'mons-need-more-nodes', what: 'five monitors', trips: { rook: { mon: { count: 5 } } }, nearMiss: { rook: { mon: { count: 3 } } }, unknown: { rook: { mon: { count: 5 } }, facts: {} } },
  { check: 'mons-need-more-nodes', what: 'a tainted node', trips: { facts: { ...threeNodes, nodes: { ...threeNodes.nodes, w3: { schedulable: false } } } }, nearMiss: { rook: { mon: { count: 3, allowMultiplePerNode: true } }, facts: { ...threeNodes, nodes: { ...threeNodes.nodes, w3: { schedulable: false } } } }, unknown: { rook: { placement: { mon: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'mon', operator: 'Exists' }] }] } } } } } } },
  { check: 'mgrs-need-more-nodes', what: 'four managers', trips: { rook: { mgr: { count: 4 } } }, nearMiss: { rook: { mgr: { count: 3 } } }, unknown: { rook: { mgr: { count: 4 } }, facts: {} } },
  { check: 'mds-need-more-nodes', what: 'two active metadata servers', trips: { filesystem: { metadataServer: { activeCount: 2 } } }, nearMiss: { filesystem: { metadataServer: { activeCount: 1 } } }, unknown: { filesystem: { metadataServer: { activeCount: 2 } }, facts: {} } },
  { check: 'mds-need-more-nodes', what: 'on the host network', trips: { rook: { network: { provider: 'host' } }, filesystem: { metadataServer: { activeCount: 2 } } }, nearMiss: { rook: { network: { provider: 'host' } }, filesystem: { metadataServer: { activeCount: 1 } } } },
  { check: 'osds-need-more-memory', what: 'two OSDs of 8Gi', trips: { rook: osd('8Gi'), facts: withMemory('15Gi') }, nearMiss: { rook: osd('8Gi'), facts: withMemory('16Gi') }, unknown: { rook: osd('8Gi'), facts: withMemory(undefined) } },
  { check: 'mds-need-more-memory', what: 'two servers of 16Gi', trips: { filesystem: { metadataServer: { resources: { requests: { memory: '16Gi' } } } }, facts: withMemory('15Gi') }, nearMiss: { filesystem: { metadataServer: { resources: { requests: { memory: '8Gi' } } } }, facts: withMemory('15Gi') }, unknown: { filesystem: { metadataServer: { resources: { requests: { memory: '16Gi' } } } }, facts: withMemory(undefined) } },
  { check: 'network-needs-newer-kernel', what: 'encryption', trips: { rook: { network: { encryption: true } }, facts: withKernel('6.8.0', '6.8.0', '5.10.0-30-amd64') }, nearMiss: { rook: { network: { encryption: true } }, facts: withKernel('6.8.0', '6.8.0', '5.11.0') }, unknown: { rook: { network: { encryption: true } }, facts: withKernel('6.8.0', '6.8.0', undefined) } },
  { check: 'node-not-there', what: 'a node of another name', trips: { hosts: ['w1', 'w2', 'worker-3'] }, nearMiss: {} },
  { check: 'device-not-empty', what: 'a filesystem', trips: sdb('w1', { fstype: 'ext4' }), nearMiss: sdb('w1', { fstype: '' }), unknown: sdb('w1', { fstype: 'LVM2_member' }) },
  { check: 'device-not-empty', what: 'partitions', trips: sdb('w1', { partitions: 2 }), nearMiss: sdb('w1', { partitions: 0 }) },
  { check: 'encrypted-part', what: 'a path that leads to a partition', trips: { devices: { w1: [{ name: '/dev/disk/by-id/ata-b', ...encrypted }] }, facts: { ...threeNodes, nodes: { ...threeNodes.nodes, w1: { schedulable: true, devices: { 'disk/by-id/ata-b': { type: 'part' } } } } } }, nearMiss: { devices: { w1: [{ name: '/dev/disk/by-id/ata-b', ...encrypted }] }, facts: { ...threeNodes, nodes: { ...threeNodes.nodes, w1: { schedulable: true, devices: { 'disk/by-id/ata-b': { type: 'disk' } } } } } } },
  { check: 'metadata-device-not-faster', what: 'metadata beside data', trips: { ...sdb('w1', { rotational: false }, { config: { metadataDevice: 'sdd' } }), facts: { ...threeNodes, nodes: { ...threeNodes.nodes, w1: { schedulable: true, devices: { sdb: { rotational: false }, sdd: { rotational: false } } } } } }, nearMiss: sdb('w1', {}, { config: { metadataDevice: 'nvme0n1' } }), unknown: sdb('w1', { rotational: true }, { config: { metadataDevice: 'sdd' } }) },
  { check: 'one-host-holds-all-copies', what: 'copies over OSDs of few hosts', trips: { pool: { failureDomain: 'osd', replicated: { size: 3 } } }, nearMiss: { pool: { failureDomain: 'host', replicated: { size: 3 } } }, unknown: { pool: { failureDomain: 'osd', replicated: { size: 3 }, deviceClass: 'hdd' }, devices: { w1: [{ name: '/dev/disk/by-id/ata-b' }, { name: '/dev/disk/by-id/ata-c' }] } } },
  { check: 'no-room-after-host-loss', what: 'three hosts for three copies', trips: { pool: threeCopies, ...withSizes('4Ti', '4Ti', '4Ti') }, nearMiss: { pool: { replicated: { size: 2 } }, ...withSizes('1Ti', '4Ti', '4Ti', '4Ti', '4Ti', '4Ti', '4Ti', '4Ti', '4Ti') } },
  { check: 'no-room-after-host-loss', what: 'four hosts for three copies', trips: { pool: threeCopies, ...withSizes('4Ti', '4Ti', '4Ti', '8Ti') }, nearMiss: { pool: threeCopies } },
]

function saying(findings: readonly Finding[], check: string): readonly Finding[] {
  return findings.filter(({ rule }) => rule === check)
}

test('the base, with which each near miss begins, has nothing wrong', () => {
  expect(found({})).toEqual([])
})

test.each(rows)('$check, $what: tripped', ({ check, trips }) => {
  const said = saying(found(trips), check)
  expect(said.length).toBeGreaterThan(0)
  expect(said.map(({ object }) => typeof object)).not.toContain('undefined')
  // What can only be unknown is never violated.
  expect(said[0]?.verdict).toBe(check === 'device-class-unknown' ? 'unknown' : 'violated')
})

test.each(rows)('$check, $what: a near miss', ({ check, nearMiss }) => {
  expect(saying(found(nearMiss), check)).toEqual([])
})

test.each(rows.filter(({ unknown }) => unknown !== undefined))('$check, $what: not known', ({ check, unknown = {} }) => {
  const [said] = saying(found(unknown), check)
  expect(said).toMatchObject({ severity: 'warning', verdict: 'unknown' })
  expect((said?.deciding ?? []).length > 0 || said?.message.includes('placement')).toBe(true)
})

test('with strict facts, what is not known is an error where its violation would be one', () => {
  const severityOf = (part: Part, check: string) => readValue(declaration(part), { strictFacts: true }).findings.find(({ rule }) => rule === check)?.severity
  expect(severityOf({ rook: { mon: { count: 5 } }, facts: {} }, 'mons-need-more-nodes')).toBe('error')
  expect(severityOf({ rook: { mgr: { count: 4 } }, facts: {} }, 'mgrs-need-more-nodes')).toBe('warning')
})

test('what is only advice is a warning when it is certain, and all else an error', () => {
  const certain = rows.flatMap(({ check, trips }) => saying(found(trips), check).filter(({ verdict }) => verdict === 'violated'))
  expect(certain.filter(({ severity, rule }) => (severity === 'warning') !== adviceChecks.has(rule))).toEqual([])
})

test('every check is in the table, and each has its three cases or says why not', () => {
  const elsewhere = ['facts-disagree', 'unknown-fact'] // facts.test.ts
  const inTable = new Set(rows.map(({ check }) => check))
  expect(Object.keys(feasibilityRules).filter((rule) => !inTable.has(rule) && !elsewhere.includes(rule))).toEqual([])
  // A class that nothing has hangs on facts only as the number of hosts does; whether a node is there, on a list that is there or not.
  const twoCases = ['device-class-nowhere', 'device-class-unknown', 'node-not-there', 'encrypted-part', 'no-room-after-host-loss']
  expect([...inTable].filter((check) => !rows.some((row) => row.check === check && row.unknown !== undefined))).toEqual(twoCases)
})

test('a value that is not known yet leaves the check that reads it open', () => {
  const nodes = base.map((name) => ({ name, devices: disks }))
  const proofs = (rook: Readonly<Record<string, unknown>>) => prove({ spec: { backends: { ceph: { rookCeph: { storage: { nodes }, ...rook } } }, facts: threeNodes } })
  expect(proofs({ blockPools: { images: { replicated: { size: opaqueLeaf } } } }).find(({ object }) => object === 'pool/images')?.verdict).toBe('unknown')
  expect(proofs({ resources: { osd: { requests: { memory: opaqueLeaf } } } }).find(({ check }) => check === 'osds-need-more-memory')?.verdict).toBe('unknown')
  expect(proofs({ storage: { nodes: opaqueLeaf }, blockPools: { images: {} } }).find(({ object }) => object === 'pool/images')?.verdict).toBe('unknown')
  expect(proofs({ image: opaqueLeaf, blockPools: { images: {} } }).every(({ verdict }) => verdict === 'holds')).toBe(true)
})

test('the messages, as a person reads them', async () => {
  const paragraphs = rows.flatMap(({ check, what, trips, unknown }) =>
    [['', trips] as const, [' (not known)', unknown] as const].flatMap(([which, part]) => {
      const said = part === undefined ? [] : saying(found(part), check)
      return said.slice(0, 1).map(({ severity, message, remedy, deciding = [] }) => `${check}, ${what}${which}\n  ${severity}: ${message}\n  → ${remedy ?? ''}\n${deciding.map((fact) => `  ? ${fact}\n`).join('')}`)
    }),
  )
  await expect(paragraphs.join('\n')).toMatchFileSnapshot('messages.txt')
})
