import type { Cluster } from '../cluster.ts'
import { storageOf } from '../cluster.ts'
import { parameterFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import { mayAccessVolume, requireVolumeAccess } from '../storage/access.ts'
import type { StorageDefinition, Volume } from '../storage/storage.ts'
import { allocateVolume, freeVolume } from '../storage/volumes.ts'
import type { Call, Calls } from './call.ts'
import { fork, needed, waitFor } from './call.ts'

const see = ['Datastore.Audit', 'Datastore.AllocateSpace'] as const

function configOf({ id, type, content, shared, nodes, place }: StorageDefinition, cluster: Cluster): Record<string, unknown> {
  const where = { zfspool: { pool: place }, lvmthin: { vgname: place, thinpool: 'data' }, dir: { path: place }, nfs: { path: place, server: 'nas.lab', export: '/export' }, rbd: { pool: place } }
  return {
    storage: id,
    type,
    content: content.join(','),
    ...where[type],
    ...(shared ? { shared: 1 } : {}),
    ...(nodes.length < cluster.nodes.length ? { nodes: nodes.join(',') } : {}),
    digest: '0000000000000000000000000000000000000000',
  }
}

function listDefinitions(call: Call): unknown[] {
  return [...call.cluster.storages.values()]
    .filter(({ id, type }) => call.rights.hasAny(`/storage/${id}`, ...see) && (call.parameters['type'] ?? type) === type)
    .map((storage) => configOf(storage, call.cluster))
}

function statusOf(storage: StorageDefinition, node: string): Record<string, unknown> {
  const active = storage.areas.has(node) && !storage.offline.has(node)
  const area = storage.areas.get(node)
  const used = active && area !== undefined ? area.usedBytes : 0
  const total = active ? storage.sizeBytes : 0
  return {
    type: storage.type,
    content: storage.content.join(','),
    enabled: 1,
    active: active ? 1 : 0,
    shared: storage.shared ? 1 : 0,
    total,
    used,
    avail: total - used,
  }
}

function listOnNode(call: Call): unknown[] {
  const node = needed(call, 'node')
  const wanted = splitList(call.parameters['content'] ?? '')
  return [...call.cluster.storages.values()]
    .filter((storage) => storage.areas.has(node) && call.rights.hasAny(`/storage/${storage.id}`, ...see))
    .filter(({ id }) => (call.parameters['storage'] ?? id) === id)
    .filter(({ content }) => wanted.length === 0 || wanted.some((one) => content.includes(one)))
    .map((storage) => {
      const status = statusOf(storage, node)
      const fraction = storage.sizeBytes === 0 ? 0 : Number(status['used']) / storage.sizeBytes
      return { storage: storage.id, ...status, used_fraction: fraction }
    })
}

function readStatus(call: Call): unknown {
  const storage = storageOf(call.cluster, needed(call, 'storage'))
  const node = needed(call, 'node')
  if (!storage.areas.has(node)) throw parameterFailure({ storage: 'No such storage.' })
  return statusOf(storage, node)
}

function listContent(call: Call): unknown[] {
  const { vmid, content } = call.parameters
  const storage = storageOf(call.cluster, needed(call, 'storage'))
  const area = storage.areaOn(needed(call, 'node'))
  if (content !== undefined && content !== 'images') return []
  // Each volume is shown only to those who may read it: Datastore.AllocateSpace alone shows an empty list.
  return [...area.volumes.values()]
    .filter(({ owner, volid }) => (vmid === undefined || Number(vmid) === owner) && mayAccessVolume(call, undefined, volid))
    .sort((left, right) => (left.volid < right.volid ? -1 : 1))
    .map((volume) => ({ ...describe(volume), content: 'images' }))
}

function describe({ volid, owner, format, disk, created, area }: Volume): Record<string, unknown> {
  return { volid, vmid: owner, format, size: disk.size, ctime: created, ...(area.definition.thick ? {} : { used: disk.allocated }) }
}

/** Bare numbers are KiB. */
function kibOf(size: string): number {
  const [, digits = '0', unit = ''] = /^(\d+)([MG]?)$/.exec(size) ?? []
  return Number(digits) * { '': 1, M: 1024, G: 1024 * 1024 }[unit as '' | 'M' | 'G']
}

async function allocate(call: Call): Promise<string> {
  const storage = needed(call, 'storage')
  const file = needed(call, 'filename')
  const asked = call.parameters['format']
  const written = /\.(raw|qcow2|vmdk)$/.exec(file)?.[1]
  if (asked !== undefined && written !== undefined && asked !== written) throw parameterFailure({ format: `different storage formats (${asked} != ${written})` })
  const volume = await allocateVolume(call.cluster, needed(call, 'node'), storage, {
    vmid: Number(needed(call, 'vmid')),
    file,
    format: asked ?? written,
    bytes: kibOf(needed(call, 'size')) * 1024,
  })
  return volume.volid
}

/** `content/{volume}` takes the name with or without its storage. */
function volidOf(call: Call): string {
  const volume = needed(call, 'volume')
  const { storage } = call.parameters
  const own = /^([a-zA-Z][\w.-]*):.+$/.exec(volume)?.[1]
  if (own === undefined) return `${storage ?? ''}:${volume}`
  if (storage !== undefined && own !== storage) throw parameterFailure({ storage: `storage ID mismatch ('${storage}' != '${own}')` })
  return volume
}

async function remove(call: Call): Promise<string | null> {
  const volid = volidOf(call)
  const [storage = ''] = volid.split(':')
  const { owner } = storageOf(call.cluster, storage).kind.parse(volid.slice(storage.length + 1))
  call.rights.require(`/storage/${storage}`, 'Datastore.Allocate')
  const node = needed(call, 'node')
  const task = fork(call, 'imgdel', `${owner}@${storage}`, async ({ log }) => {
    await freeVolume(call.cluster, node, volid, log)
    log(`Removed volume '${volid}'`)
  })
  return waitFor(call, task, call.parameters['delay'], (status) => status)
}

function readVolume(call: Call): unknown {
  const volid = volidOf(call)
  requireVolumeAccess(call, undefined, volid)
  const [storage = ''] = volid.split(':')
  const definition = storageOf(call.cluster, storage)
  const volume = definition.areaOn(needed(call, 'node')).find(volid.slice(storage.length + 1))
  return {
    path: definition.kind.path(definition.place, volume.name),
    size: volume.disk.size,
    used: definition.thick ? volume.disk.size : volume.disk.allocated,
    format: volume.format,
  }
}

export const storageCalls: Calls = {
  'GET /storage': listDefinitions,
  'GET /storage/{storage}': (call) => configOf(storageOf(call.cluster, needed(call, 'storage')), call.cluster),
  'GET /nodes/{node}/storage': listOnNode,
  'GET /nodes/{node}/storage/{storage}': () =>
    ['content', 'status'].map((subdir) => ({ subdir })),
  'GET /nodes/{node}/storage/{storage}/status': readStatus,
  'GET /nodes/{node}/storage/{storage}/content': listContent,
  'POST /nodes/{node}/storage/{storage}/content': allocate,
  'GET /nodes/{node}/storage/{storage}/content/{volume}': readVolume,
  'DELETE /nodes/{node}/storage/{storage}/content/{volume}': remove,
}
