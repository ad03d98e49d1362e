/** Changes of a VM's config: decided from what was read, written with its digest, followed to the task's end, read again. */
import { StorageError } from '@stowage/core'
import { isProxmoxError, mayHaveHappened, parseUpid, waitForTask, type ConfigChange, type PendingEntry, type ProxmoxError, type VmConfig } from '@stowage/proxmox'
import type { ProxmoxCluster } from './cluster.ts'
import { movedFrom } from './moved-vm.ts'
import { untilKnown, untilQuiet } from './until-known.ts'

export interface VmState {
  /** What runs. */
  readonly current: VmConfig
  readonly entries: readonly PendingEntry[]
}

export interface VmChange {
  readonly cluster: ProxmoxCluster
  readonly node: string
  readonly vmid: number
  /** For errors: `attach disk x to VM 101 (k3)`. */
  readonly what: string
  /** What to write next, or undefined when the VM is as it should be. Called again after each write; throws to refuse. */
  readonly decide: (state: VmState) => Omit<ConfigChange, 'digest'> | undefined
  /** After a write that failed: what must be taken back, decided from what is there now. */
  readonly undo?: (state: VmState) => Omit<ConfigChange, 'digest'> | undefined
}

const mostWrites = 12

/** Makes it so, and answers the state in which `decide` had nothing more to ask. Config writes of one VM go in turn. */
export function changeVm(change: VmChange): Promise<VmState> {
  const { cluster, vmid } = change
  return cluster.turns.take(`vm/${vmid}`, () => makeItSo(change))
}

async function makeItSo(change: VmChange): Promise<VmState> {
  const { what, decide } = change
  let state = await readVm(change)
  for (let writes = 0; writes < mostWrites; writes++) {
    const next = decide(state)
    if (next === undefined) return state
    const failure = await write(change, state, next)
    state = failure === undefined ? await readAgain(change) : await afterFailure(change, failure)
  }
  throw new StorageError('unavailable', `${what}: the config of the VM was changed by others ${mostWrites} times in a row; it is tried again`)
}

/** Ends when the VM can be read, or when it has left a node that died. */
function readAgain(change: VmChange): Promise<VmState> {
  return untilKnown(change.cluster, change.what, () => readVm(change), () => lostWith(change))
}

function lostWith({ cluster, node, vmid, what }: VmChange): Promise<ProxmoxError | undefined> {
  return movedFrom(cluster, node, vmid, what)
}

async function readVm({ cluster: { client }, node, vmid }: VmChange): Promise<VmState> {
  const entries = await client.vmPending(node, vmid)
  return { current: await client.vmConfig(node, vmid, 'current'), entries }
}

/** undefined when the task ended well. */
async function write({ cluster, node, vmid, what }: VmChange, { current }: VmState, next: Omit<ConfigChange, 'digest'>): Promise<unknown> {
  const asked = cluster.tasks.asking(vmid)
  let upid: string
  try {
    upid = await cluster.client.changeConfig(node, vmid, { ...next, digest: current.digest })
  } catch (error) {
    return error
  } finally {
    asked()
  }
  return awaitTask(cluster, upid, what)
}

/** undefined when the task ended well, its failure otherwise. */
export async function awaitTask(cluster: ProxmoxCluster, upid: string, what: string): Promise<unknown> {
  const known = cluster.tasks.awaiting(upid)
  const { node = '', id = '' } = parseUpid(upid) ?? {}
  const lost = /^\d+$/.test(id) ? { lost: () => movedFrom(cluster, node, Number(id), what) } : {}
  try {
    const { warnings } = await waitForTask({ clock: cluster.clock, client: cluster.client, upid, what, signal: cluster.stop, ...lost })
    if (warnings > 0) cluster.log.warn('a Proxmox task ended with warnings', { what, upid, warnings })
    return undefined
  } catch (error) {
    return error
  } finally {
    known()
  }
}

/** Somebody else was faster: decide anew. Nobody knows: wait until it is known. Proxmox refused: take back what is left, and say so. */
async function afterFailure(change: VmChange, failure: unknown): Promise<VmState> {
  const { cluster, node, vmid, what } = change
  cluster.log.warn('a change of a VM failed', { what, error: failure })
  if (isProxmoxError(failure, 'digest')) return readVm(change)
  // There is nothing to take back where the VM is not.
  if (isProxmoxError(failure, 'no-vm')) throw failure
  if (mayHaveHappened(failure)) {
    await untilQuiet(cluster, node, ({ id }) => id === String(vmid), () => lostWith(change))
    return readAgain(change)
  }
  await takeBack(change)
  throw failure
}

async function takeBack(change: VmChange): Promise<void> {
  const { cluster, undo, what } = change
  if (undo === undefined) return
  for (let tries = 0; tries < mostWrites; tries++) {
    const state = await readAgain(change)
    const next = undo(state)
    if (next === undefined) return
    const failure = await write(change, state, next)
    if (failure === undefined || isProxmoxError(failure, 'digest')) continue
    if (!mayHaveHappened(failure)) {
      cluster.log.error('what a failed change left behind could not be taken back', { what, error: failure })
      return
    }
    await untilQuiet(cluster, change.node, ({ id }) => id === String(change.vmid), () => lostWith(change))
  }
}
