/**
 * Several processes in one real one, for a lab in real time: each has a life, the files, programs and HTTP of its machine, and sees
 * the unix sockets of its machine by their usual paths, which really lie in short paths under one directory
 * (a socket's path holds 107 bytes at most, unix(7)).
 */
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Effects } from '../effects.ts'
import { mortalEffects } from '../mortal-effects.ts'
import type { ProcessHost } from '../process-host.ts'
import type { Rpc } from '../rpc.ts'

/** `socketRoot` is a short directory of its own, e.g. `/tmp/stowage-ab12`. */
export function realProcesses(base: Effects, socketRoot: string): ProcessHost {
  return {
    process(name, overrides = {}, options = {}) {
      const mortal = mortalEffects({ ...base, ...overrides, rpc: rpcOf(options.machine ?? '', base.rpc, socketRoot) }, name)
      return {
        name,
        effects: mortal.effects,
        get alive() {
          return mortal.alive
        },
        kill: () => mortal.kill(),
      }
    },
  }
}

/** Sockets by the paths that the machine's processes know. */
function rpcOf(machine: string, rpc: Rpc, root: string): Rpc {
  const directoryOf = (directory: string): string =>
    join(root, createHash('sha256').update(`${machine}:${directory.replace(/\/+$/, '')}`).digest('hex').slice(0, 10))
  const real = (address: string): string => join(directoryOf(dirname(address)), basename(address))
  return {
    connect: (address) => rpc.connect(real(address)),
    async serve(address, methods, handler) {
      await mkdir(directoryOf(dirname(address)), { recursive: true, mode: 0o700 })
      return rpc.serve(real(address), methods, handler)
    },
    async list(directory) {
      const found = await rpc.list(directoryOf(directory)).catch(() => [])
      return found.map((address) => join(directory, basename(address)))
    },
  }
}
