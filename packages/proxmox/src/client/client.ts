/** The calls of the Proxmox VE API that Stowage makes, typed. Each has a deadline; each failure is a `ProxmoxError`. */
import { StorageError, type Log, type Size } from '@stowage/core'
import type { Clock, Http, Random } from '@stowage/effects'
import { formatAllocationSize } from '../words/disk-size.ts'
import type { ConnectionSource } from './connection.ts'
import { withRetry } from './retry.ts'
import { buildSchemas, type Schemas } from './schema.ts'
import { createTransport, path, type Call } from './transport.ts'
import type { ActiveTask, ConfigChange, PendingEntry, ProxmoxNode, StorageStatus, StoredVolume, TaskStatus, VmConfig, VmLocation } from './types.ts'

export interface ProxmoxClientOptions {
  readonly clock: Clock
  readonly random: Random
  readonly http: Http
  readonly log: Log
  readonly source: ConnectionSource
}

const readTimeoutMs = 10_000
/** Longer than the locks that Proxmox itself waits for: 10 s for a config, 60 s for a storage. */
const writeTimeoutMs = 75_000

export type ProxmoxClient = ReturnType<typeof createProxmoxClient>

export function createProxmoxClient(options: ProxmoxClientOptions) {
  const transport = createTransport(options)
  const retry = { clock: options.clock, random: options.random.fork('proxmox-client') }
  let built: Schemas | undefined
  const schemas = (): Schemas => (built ??= buildSchemas())

  const call = async <T>(reading: boolean, request: Omit<Call, 'timeoutMs'>, shape: (schemas: Schemas) => Parser<T>): Promise<T> => {
    const timeoutMs = reading ? readTimeoutMs : writeTimeoutMs
    const data = await withRetry(retry, reading, () => transport({ ...request, timeoutMs }), request.signal)
    return parsedBy(shape(schemas()), data, `${request.method} ${request.path}`)
  }
  const get = <T>(at: string, shape: (schemas: Schemas) => Parser<T>, params?: Call['params']): Promise<T> =>
    call(true, { method: 'GET', path: at, ...(params === undefined ? {} : { params }) }, shape)

  return {
    version: () => get('/version', (s) => s.version),

    nodes: (): Promise<readonly ProxmoxNode[]> => get('/nodes', (s) => s.nodes),

    /** Every VM (no containers) that the token may see, on every node, also on those that do not answer. */
    async vms(): Promise<readonly VmLocation[]> {
      const resources = await get('/cluster/resources', (s) => s.vms, { type: 'vm' })
      return resources.filter(({ type }) => type === 'qemu').map(({ vmid, node, name, status, template }) => defined({ vmid, node, name, status, template: template ?? false }))
    },

    /** One storage as this node sees it. Fails with `precondition` when nobody knows the storage, `denied` without Datastore.Audit. */
    async storageStatus(node: string, storage: string): Promise<StorageStatus> {
      return storageOf(storage, await get(path`/nodes/${node}/storage/${storage}/status`, (s) => s.storageStatus))
    },

    /** The storages of a node that the token may see. */
    async storages(node: string): Promise<readonly StorageStatus[]> {
      const all = await get(path`/nodes/${node}/storage`, (s) => s.storages)
      return all.map((status) => storageOf(status.storage, status))
    },

    /** The disks on a storage, of one owner where given. */
    async disks(node: string, storage: string, owner?: number): Promise<readonly StoredVolume[]> {
      return get(path`/nodes/${node}/storage/${storage}/content`, (s) => s.content, { content: 'images', vmid: owner })
    },

    /** One disk. Storages word its absence differently: ask `disks` before believing a failure that is not `not-found`. */
    async disk(node: string, storage: string, volid: string): Promise<StoredVolume> {
      return { volid, ...(await get(path`/nodes/${node}/storage/${storage}/content/${volid}`, (s) => s.volume)) }
    },

    /** Allocates a disk; synchronous in Proxmox. Answers its volid. */
    allocate({ node, storage, owner, filename, size, format }: Allocation): Promise<string> {
      const params = { vmid: owner, filename, size: formatAllocationSize(size.bytes), format }
      return call(false, { method: 'POST', path: path`/nodes/${node}/storage/${storage}/content`, params }, (s) => s.volid)
    },

    /** Removes a disk. Answers the task that does it, or undefined when it is done. */
    async free(node: string, storage: string, volid: string): Promise<string | undefined> {
      const upid = await call(false, { method: 'DELETE', path: path`/nodes/${node}/storage/${storage}/content/${volid}` }, (s) => s.optionalUpid)
      return upid ?? undefined
    },

    /** What runs (`current`), or what will run when pending changes have taken effect. */
    async vmConfig(node: string, vmid: number, view: 'current' | 'with-pending' = 'current'): Promise<VmConfig> {
      const params = view === 'current' ? { current: 1 } : {}
      return configOf(await get(path`/nodes/${node}/qemu/${vmid}/config`, (s) => s.config, params))
    },

    async vmPending(node: string, vmid: number): Promise<readonly PendingEntry[]> {
      const entries = await get(path`/nodes/${node}/qemu/${vmid}/pending`, (s) => s.pending)
      return entries.map(({ key, value, pending, delete: deletion }) => defined({ key, value, pending, deleting: (deletion ?? 0) !== 0 }))
    },

    /**
     * Changes a VM's config in a task of its own (`qmconfig`), which a driver that restarts can still find. Answers the task; hot-plug
     * errors are only in its exitstatus.
     */
    changeConfig(node: string, vmid: number, change: ConfigChange): Promise<string> {
      return call(false, { method: 'POST', path: path`/nodes/${node}/qemu/${vmid}/config`, params: changeParams(change) }, (s) => s.upid)
    },

    /** The same, answered when it is done. For what needs no hot-plug: nobody can see it while it runs. */
    async changeConfigNow(node: string, vmid: number, change: ConfigChange): Promise<void> {
      await call(false, { method: 'PUT', path: path`/nodes/${node}/qemu/${vmid}/config`, params: changeParams(change) }, () => anything)
    },

    /** Grows a disk of a VM to `size` in a task. The same size is a no-op, a smaller one an error. */
    resize(node: string, vmid: number, { disk, size, digest }: { readonly disk: string; readonly size: Size; readonly digest: string }): Promise<string | undefined> {
      const request = { method: 'PUT' as const, path: path`/nodes/${node}/qemu/${vmid}/resize`, params: { disk, size: size.bytes.toString(), digest } }
      return call(false, request, (s) => s.optionalUpid).then((upid) => upid ?? undefined)
    },

    async taskStatus(node: string, upid: string): Promise<TaskStatus> {
      const { status, exitstatus } = await get(path`/nodes/${node}/tasks/${upid}/status`, (s) => s.task)
      return defined({ running: status === 'running', exitStatus: exitstatus })
    },

    /** Tasks that run on a node now. A token without Sys.Audit sees its own. */
    async activeTasks(node: string): Promise<readonly ActiveTask[]> {
      const tasks = await get(path`/nodes/${node}/tasks`, (s) => s.tasks, { source: 'active' })
      return tasks.filter(({ endtime }) => endtime === undefined).map(({ upid, type, id }) => ({ upid, type, id: id ?? '' }))
    },

    /** What this token may do: path → privilege → whether it propagates. */
    permissions: (at?: string): Promise<Readonly<Record<string, Readonly<Record<string, boolean>>>>> => get('/access/permissions', (s) => s.permissions, { path: at }),
  }
}

export interface Allocation {
  readonly node: string
  readonly storage: string
  /** The VMID in the name. */
  readonly owner: number
  /** `vm-9999-pvc-…`, on file storages with the extension. */
  readonly filename: string
  /** Rounded up to a whole KiB. */
  readonly size: Size
  readonly format?: 'raw' | 'qcow2'
}

interface Parser<T> {
  safeParse(data: unknown): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error }
}

const anything: Parser<unknown> = { safeParse: (data) => ({ success: true, data }) }

function parsedBy<T>(parser: Parser<T>, data: unknown, what: string): T {
  const result = parser.safeParse(data)
  if (result.success) return result.data
  throw new StorageError('internal', `${decodeURIComponent(what)}: Proxmox answered something that this version does not understand: ${result.error.message}`, { cause: result.error })
}

function changeParams({ digest, set, remove, revert }: ConfigChange): Record<string, string | undefined> {
  return { ...set, delete: remove?.join(','), revert: revert?.join(','), digest }
}

function configOf(data: Record<string, unknown>): VmConfig {
  const { digest, ...rest } = data
  const values: Record<string, string> = {}
  for (const [key, value] of Object.entries(rest)) if (typeof value === 'string' || typeof value === 'number') values[key] = String(value)
  return { digest: typeof digest === 'string' ? digest : '', values }
}

interface StorageAnswer {
  readonly type: string
  readonly content: string
  readonly active?: boolean | undefined
  readonly enabled?: boolean | undefined
  readonly shared?: boolean | undefined
  readonly avail?: Size | undefined
  readonly total?: Size | undefined
  readonly used?: Size | undefined
}

function storageOf(storage: string, answer: StorageAnswer): StorageStatus {
  const { type, content, active = true, enabled = true, shared = false, avail, total, used } = answer
  return defined({ storage, type, content: content.split(','), active, enabled, shared, available: avail, total, used })
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & { [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined> }

/** Without its undefined values, which `exactOptionalPropertyTypes` does not allow. */
function defined<T extends object>(values: T): Defined<T>
function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
