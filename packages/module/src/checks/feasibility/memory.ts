/** Whether the memory that daemons ask for is there. Only what is declared is asked: Rook gives pods no requests of its own. */
import { Size } from '@stowage/core'
import { isOpaque } from '../../spec/opaque-leaf.ts'
import { atLeast, decidingOf, sum, type Count } from './count.ts'
import { values } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import { osdsOf, type Host } from './hosts.ts'
import type { CephModel, FilesystemModel } from './model.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { schedulableNodes, type SchedulableNodes } from './schedulable.ts'
import { count, howToSettle, listed, numberWord } from './words.ts'

export function proveMemory(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  return [...osdMemory(model, hosts, book), ...model.filesystems.flatMap((filesystem) => mdsMemory(model, filesystem, book))]
}

/** The OSDs of a node run nowhere else: their requests must fit there together. */
function osdMemory(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  const requested = model.at(['resources', 'osd', 'requests', 'memory']) ?? model.at(['resources', 'osd', 'limits', 'memory'])
  const each = bytesOf(requested)
  if (requested === undefined) return []
  const about: Proven = { check: 'osds-need-more-memory', object: `cluster/${model.clusterName}`, path: [...model.path, 'resources', 'osd'], severity: 'error' }
  if (each === undefined) return isOpaque(requested) ? [unknown(about, 'whether the memory of the OSDs is there is not known: what they ask for is a value that is not known yet', 'write a plain value there', [])] : []
  const judged = hosts.filter(({ excluded }) => excluded === false).map((host) => {
    const osds = osdsOf(host, undefined)
    const memory = values(book.said(`node/${host.name}`, 'memory')).map(Number)
    const [least, most] = [Math.min(...memory), Math.max(...memory)]
    const verdict = memory.length === 0 ? (osds.max === 0 ? 'holds' : 'unknown') : osds.min * each > most ? 'violated' : osds.max * each > least ? 'unknown' : 'holds'
    return { host, osds, most, verdict, deciding: memory.length === 0 ? [`node/${host.name} memory`] : osds.steps.flatMap((step) => step.deciding) }
  })
  const short = judged.filter(({ verdict }) => verdict === 'violated')
  if (short.length > 0) {
    const where = short.map(({ host, osds, most }) => `${host.name} has ${gib(most)} for ${count(osds.min, 'OSD')}`)
    return [violated(about, `each OSD asks for ${gib(each)} of memory, and ${listed(where)}: some would never start`, 'lower resources.osd.requests.memory (4Gi is what Ceph expects), use fewer devices there, or add memory')]
  }
  const open = judged.filter(({ verdict }) => verdict === 'unknown')
  if (open.length === 0) return [holds(about)]
  const deciding = open.flatMap((one) => one.deciding)
  return [unknown(about, `each OSD asks for ${gib(each)} of memory; whether ${listed(open.map(({ host }) => host.name))} ${open.length === 1 ? 'has' : 'have'} enough for all of theirs is not known`, howToSettle(deciding), deciding)]
}

/** Any schedulable node may take metadata servers, as many as its memory allows. */
function mdsMemory(model: CephModel, { name, path, activeCount, memory: requested }: FilesystemModel, book: FactBook): readonly Proof[] {
  const each = bytesOf(requested)
  if (requested === undefined) return []
  const about: Proven = { check: 'mds-need-more-memory', object: `filesystem/${name}`, path: [...path, 'metadataServer', 'resources'], severity: 'error' }
  if (each === undefined) return isOpaque(requested) ? [unknown(about, `whether the memory of filesystem ${name}’s metadata servers is there is not known: what they ask for is a value that is not known yet`, 'write a plain value there', [])] : []
  const nodes = schedulableNodes(model, 'mds', [model.at(['placement', 'all']), model.at(['filesystems', name, 'metadataServer', 'placement'])], book)
  const room = roomFor(each, nodes, model.hostNetwork, book)
  const daemons = 2 * activeCount
  const verdict = atLeast(room, daemons)
  if (verdict === 'holds') return [holds(about)]
  const wanted = `${count(daemons, 'metadata server')} of filesystem ${name}, standbys included, ask for ${gib(each)} of memory each`
  if (verdict === 'violated') return [violated(about, `${wanted}, and ${room.max === 0 ? 'no node has as much: they would never start' : `the nodes have room for ${numberWord(room.max)}: the rest would never start`}`, 'lower metadataServer.resources, or add memory')]
  const deciding = decidingOf(room, daemons)
  return [unknown(about, `${wanted}; whether the nodes have room for so many is not known`, nodes.restricted ? 'look at the nodes that placement asks for' : howToSettle(deciding), deciding)]
}

/** How many pods of that size the nodes take, beside nothing else. */
function roomFor(each: number, nodes: SchedulableNodes, onePerNode: boolean, book: FactBook): Count {
  const rooms = nodes.names.map((node): Count => {
    const memory = values(book.said(`node/${node}`, 'memory')).map((bytes) => Math.floor(Number(bytes) / each))
    const most = memory.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...memory)
    const least = memory.length === 0 ? 0 : Math.min(...memory)
    return { min: onePerNode ? Math.min(1, least) : least, max: onePerNode ? Math.min(1, most) : most, steps: memory.length === 0 ? [{ weight: onePerNode ? 1 : Number.POSITIVE_INFINITY, deciding: [`node/${node} memory`] }] : [] }
  })
  const known = sum(rooms)
  const whole = nodes.deciding.length === 0 && nodes.names.length === nodes.max
  return { min: nodes.restricted ? 0 : known.min, max: whole ? known.max : Number.POSITIVE_INFINITY, steps: [...known.steps, ...nodes.deciding.map((fact) => ({ weight: Number.POSITIVE_INFINITY, deciding: [fact] }))] }
}

function bytesOf(written: unknown): number | undefined {
  const size = typeof written === 'string' ? Size.tryParse(written) : undefined
  return size === undefined ? undefined : Number(size.bytes)
}

function gib(bytes: number): string {
  return `${Number((bytes / 1024 ** 3).toFixed(1))}Gi`
}
