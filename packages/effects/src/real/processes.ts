/**
 * Several processes in one real one, for a lab in real time: each has a life, the files, programs and HTTP of its machine, and sees
 * the unix sockets of its machine by their usual paths, which really lie in short paths under one directory
 * (a socket's path holds 107 bytes at most, unix(7)).
 */
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Cancel, Clock } from '../clock.ts'
import type { Effects } from '../effects.ts'
import type { ProcessHost } from '../process-host.ts'
import type { Rpc, RpcServer } from '../rpc.ts'
import { sleepBy } from '../sleep-by.ts'
import { Life, silencedAtDeath, whileAlive } from '../virtual/life.ts'
import { mortalHttp } from './mortal-http.ts'

/** `socketRoot` is a short directory of its own, e.g. `/tmp/stowage-ab12`. */
export function realProcesses(base: Effects, socketRoot: string): ProcessHost {
  return {
    process(name, overrides = {}, options = {}) {
      const machine = options.machine ?? ''
      const life = new Life(name, machine)
      const shared = { ...base, ...overrides }
      return {
        name,
        get alive() {
          return life.alive
        },
        effects: {
          clock: clockOf(life, shared.clock),
          random: shared.random.fork(name),
          http: mortalHttp(life, shared.http),
          programs: silencedAtDeath(life, shared.programs),
          files: silencedAtDeath(life, shared.files),
          rpc: silencedAtDeath(life, rpcOf(life, base.rpc, socketRoot)),
        },
        kill: () => life.end(),
      }
    },
  }
}

function clockOf(life: Life, clock: Clock): Clock {
  const after = (ms: number, callback: () => void): Cancel => {
    if (!life.alive) return () => {}
    const cancel = clock.after(ms, () => {
      forget()
      if (life.alive) callback()
    })
    // A timer of the dead must not keep the living process waiting for it.
    const forget = life.onEnd(cancel)
    return () => {
      forget()
      cancel()
    }
  }
  return { now: () => clock.now(), monotonic: () => clock.monotonic(), after, sleep: (ms, signal) => whileAlive(life, sleepBy(after, ms, signal)) }
}

/** Sockets by the paths that the machine's processes know. */
function rpcOf(life: Life, rpc: Rpc, root: string): Rpc {
  const directoryOf = (directory: string): string =>
    join(root, createHash('sha256').update(`${life.machine}:${directory.replace(/\/+$/, '')}`).digest('hex').slice(0, 10))
  const real = (address: string): string => join(directoryOf(dirname(address)), basename(address))
  return {
    connect(address) {
      const client = rpc.connect(real(address))
      // An open channel of the dead would keep the living process waiting for it.
      const forget = life.onEnd(() => client.close())
      return {
        call: (method, request, options) => client.call(method, request, options),
        close: () => {
          forget()
          client.close()
        },
      }
    },
    async serve(address, methods, handler): Promise<RpcServer> {
      await mkdir(directoryOf(dirname(address)), { recursive: true, mode: 0o700 })
      const server = await rpc.serve(real(address), methods, handler)
      const forget = life.onEnd(() => void server.close(0))
      return {
        close: (graceMs) => {
          forget()
          return server.close(graceMs)
        },
      }
    },
    async list(directory) {
      const found = await rpc.list(directoryOf(directory)).catch(() => [])
      return found.map((address) => join(directory, basename(address)))
    },
  }
}
