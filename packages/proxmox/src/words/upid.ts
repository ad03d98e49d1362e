/** Ids of tasks: `UPID:node:pid:pstart:start:type:id:user:` (pve-common, Tools.pm: upid_decode). */
import { StorageError } from '@stowage/core'

export interface Upid {
  readonly node: string
  readonly pid: number
  /** The process's start in the kernel's ticks: with the pid it tells a task from a later process. */
  readonly processStart: number
  /** Seconds since the epoch. */
  readonly startedAt: number
  /** `qmconfig`, `resize`, `imgdel`, `imgcopy`, … */
  readonly type: string
  /** What it works on: a VMID, or for `imgdel` the volume's owner and storage, e.g. `9999@local-zfs`. */
  readonly id: string
  readonly user: string
}

const grammar = /^UPID:([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/

/** undefined when `text` is no task id. */
export function parseUpid(text: string): Upid | undefined {
  const [, node, pid = '', processStart = '', start = '', type, id = '', user] = grammar.exec(text) ?? []
  if (node === undefined || type === undefined || user === undefined) return undefined
  const hex = (digits: string): number => Number.parseInt(digits, 16)
  return { node, pid: hex(pid), processStart: hex(processStart), startedAt: hex(start), type, id, user }
}

export function formatUpid({ node, pid, processStart, startedAt, type, id, user }: Upid): string {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0')
  const text = `UPID:${node}:${hex(pid)}:${hex(processStart)}:${hex(startedAt)}:${type}:${id}:${user}:`
  if (parseUpid(text) === undefined) throw new StorageError('invalid', `${JSON.stringify(text)} is not a Proxmox task id`)
  return text
}
