/** What `stowage lab up` leaves for `status` and `down`: one small file, and the kubeconfig beside it. */
import { join, resolve } from 'node:path'
import type { Files } from '@stowage/effects'
import type { Terminal } from '../output/terminal.ts'

export interface LabState {
  readonly pid: number
  readonly kubernetesUrl: string
  readonly proxmoxUrls: Readonly<Record<string, string>>
  readonly kubeconfig: string
  /** PEM file of the CA of the Proxmox endpoints. */
  readonly proxmoxCa: string
  /** Where its sockets lie; it removes them itself unless it is killed. */
  readonly scratch: string
  /** RFC 3339. */
  readonly startedAt: string
  /** Known to this lab alone: stopping asks for it, so that nobody else's server is stopped. */
  readonly id: string
}

/** `--dir`, else a directory of this user's: $XDG_STATE_HOME or ~/.local/state. */
export function labDirectory(flag: string | undefined, { env, cwd }: Terminal): string {
  if (flag !== undefined) return resolve(cwd, flag)
  const state = env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? cwd, '.local/state')
  return join(state, 'stowage/lab')
}

const stateFile = (directory: string): string => join(directory, 'lab.json')

export async function readState(files: Files, directory: string): Promise<LabState | undefined> {
  if ((await files.stat(stateFile(directory))) === undefined) return undefined
  return JSON.parse(await files.readText(stateFile(directory))) as LabState
}

export async function writeState(files: Files, directory: string, state: LabState): Promise<void> {
  await files.writeAtomic(stateFile(directory), `${JSON.stringify(state, undefined, 2)}\n`, 0o600)
}

export async function removeState(files: Files, directory: string): Promise<void> {
  if ((await files.stat(stateFile(directory))) !== undefined) await files.removeFile(stateFile(directory))
}

/** Forgets a lab that was killed: its state, and the sockets that it could not remove. One whose process is alive is left alone. */
export async function forgetKilled(files: Files, directory: string, state: LabState): Promise<void> {
  if (isAlive(state.pid)) return
  await removeState(files, directory)
  // Only ever a directory of the form that a lab makes.
  if (/\/sw-[A-Za-z0-9]{6}$/.test(state.scratch) && (await files.stat(state.scratch))?.kind === 'directory') await files.removeTree(state.scratch)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
