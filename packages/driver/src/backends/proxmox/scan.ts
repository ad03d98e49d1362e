/** What every VM's config says, pending changes included: the fence that no disk passes twice. */
import { isProxmoxError, isDiskSlot, ProxmoxError, isUnusedSlot, volumeOfEntry, type ActiveTask, type PendingEntry, type ProxmoxClient, type VmLocation } from '@stowage/proxmox'

export interface ScannedVm extends VmLocation {
  readonly entries: readonly PendingEntry[]
}

export interface Scan {
  readonly vms: readonly ScannedVm[]
  /** VMs outside the scope, with no entries. */
  readonly elsewhere: readonly ScannedVm[]
  /** Tasks that ran when the scan began, before any config was read. */
  readonly tasks: readonly ActiveTask[]
}

/** `*` is every node. */
export type ScanScope = string

const atOnce = 16

/**
 * One scan in flight for each scope. Whoever asks while one is running shares the next: a scan that began earlier may have read a VM before the
 * last change to it.
 */
export class SharedScan {
  readonly #client: ProxmoxClient
  readonly #running = new Map<ScanScope, Promise<Scan>>()
  readonly #next = new Map<ScanScope, Promise<Scan>>()

  constructor(client: ProxmoxClient) {
    this.#client = client
  }

  /** A scan that begins now or later. Fails when any VM in scope cannot be read: what was not seen may hold the disk. */
  async fresh(scope: ScanScope): Promise<Scan> {
    const running = this.#running.get(scope)
    if (running === undefined) return this.#begin(scope)
    const waiting = this.#next.get(scope)
    if (waiting !== undefined) return waiting
    const next = running.then(
      () => this.#begin(scope),
      () => this.#begin(scope),
    )
    this.#next.set(scope, next)
    return next
  }

  #begin(scope: ScanScope): Promise<Scan> {
    this.#next.delete(scope)
    const scan = scanVms(this.#client, scope).finally(() => {
      if (this.#running.get(scope) === scan) this.#running.delete(scope)
    })
    this.#running.set(scope, scan)
    return scan
  }
}

async function scanVms(client: ProxmoxClient, scope: ScanScope): Promise<Scan> {
  const tasks = await tasksIn(client, scope)
  const vms: ScannedVm[] = []
  const all = await client.vms()
  const inScope = ({ node }: VmLocation): boolean => scope === '*' || node === scope
  const waiting = all.filter(inScope)
  const worker = async (): Promise<void> => {
    for (let vm = waiting.shift(); vm !== undefined; vm = waiting.shift()) {
      const scanned = await scanVm(client, scope, vm)
      if (scanned !== undefined) vms.push(scanned)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, worker))
  return { vms: vms.sort((left, right) => left.vmid - right.vmid), elsewhere: all.filter((vm) => !inScope(vm)).map((vm) => ({ ...vm, entries: [] })), tasks }
}

async function tasksIn(client: ProxmoxClient, scope: ScanScope): Promise<readonly ActiveTask[]> {
  const nodes = scope === '*' ? (await client.nodes()).filter(({ status }) => status !== 'offline').map(({ node }) => node) : [scope]
  return (await Promise.all(nodes.map((node) => client.activeTasks(node)))).flat()
}

/** A VM that moved while the scan ran is read where it is now; undefined when it is gone, or has left the scope. */
async function scanVm(client: ProxmoxClient, scope: ScanScope, vm: VmLocation): Promise<ScannedVm | undefined> {
  try {
    return { ...vm, entries: await client.vmPending(vm.node, vm.vmid) }
  } catch (error) {
    if (!isProxmoxError(error, 'no-vm')) throw unread(vm, error)
    const moved = (await client.vms()).find(({ vmid }) => vmid === vm.vmid)
    if (moved === undefined || (scope !== '*' && moved.node !== scope)) return undefined
    if (moved.node === vm.node) throw error
    return { ...moved, entries: await client.vmPending(moved.node, moved.vmid) }
  }
}

/** Whose config it is, and why that matters. */
function unread({ vmid, name, node }: VmLocation, error: unknown): unknown {
  if (!(error instanceof ProxmoxError) || error.kind !== 'unavailable') return error
  const { kind, message, fate, repeat, words } = error
  return new ProxmoxError(kind, `the config of VM ${vmid}${name === undefined ? '' : ` (${name})`} on node ${node} cannot be read, so it cannot be ruled out that it holds the disk: ${message}`, { fate, repeat, words, cause: error })
}

/** One entry of a VM's config that names the disk. */
export interface Reference {
  readonly vm: ScannedVm
  readonly slot: string
  /** `attached`: QEMU has it, or has it when the VM starts. `attaching`: pending only. `detaching`: attached, with a deletion that has not taken effect. */
  readonly state: 'attached' | 'attaching' | 'detaching' | 'unused'
  /** What the config says of it. */
  readonly drive: string
}

/** Every entry that names exactly this volid. */
export function referencesTo(volid: string, vms: readonly ScannedVm[]): readonly Reference[] {
  return vms.flatMap((vm) => referencesIn(vm, volid))
}

function referencesIn(vm: ScannedVm, volid: string): readonly Reference[] {
  return vm.entries.flatMap(({ key, value, pending, deleting }): readonly Reference[] => {
    const runs = value !== undefined && volumeOfEntry(value) === volid ? value : undefined
    const waits = pending !== undefined && volumeOfEntry(pending) === volid ? pending : undefined
    const drive = runs ?? waits
    if (drive === undefined) return []
    if (isUnusedSlot(key)) return [{ vm, slot: key, state: 'unused', drive }]
    if (!isDiskSlot(key)) return []
    if (runs === undefined) return [{ vm, slot: key, state: 'attaching', drive }]
    const leaving = deleting || (pending !== undefined && waits === undefined)
    return [{ vm, slot: key, state: leaving ? 'detaching' : 'attached', drive }]
  })
}
