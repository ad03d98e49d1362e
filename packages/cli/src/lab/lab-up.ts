import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StorageError } from '@stowage/core'
import { realEffects } from '@stowage/effects/real'
import type { LabFlags } from './lab-flags.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { exitCodes, UsageError } from '../output/exit-code.ts'
import { json } from '../output/terminal.ts'
import type { Terminal } from '../output/terminal.ts'
import { isUp } from './lab-control.ts'
import { forgetKilled, labDirectory, readState, removeState, writeState } from './lab-state.ts'
import type { LabState } from './lab-state.ts'

export async function labUp(flags: LabFlags, terminal: Terminal): Promise<number> {
  const port = flags.port === undefined ? undefined : Number(flags.port)
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) throw new UsageError(`--port ${flags.port} is not a port`)
  const directory = labDirectory(flags.dir, terminal)
  const effects = realEffects()
  try {
    await makeStateDirectory(directory, terminal)
    const there = await readState(terminal.files, directory)
    if (there !== undefined && (await isUp(effects, there))) {
      terminal.stderr('a lab is up already; stowage lab down takes it down\n')
      return shown(there, flags, terminal, exitCodes.ok)
    }
    if (there !== undefined) await forgetKilled(terminal.files, directory, there)
    return flags.foreground === true ? await stay(flags, port, directory, terminal) : await leaveRunning(flags, directory, terminal)
  } finally {
    effects.close()
  }
}

/** Made and written to before anything is started, so that a lab never runs that cannot be found again. */
async function makeStateDirectory(directory: string, { files }: Terminal): Promise<void> {
  try {
    await files.makeDirectory(directory, 0o700)
    const probe = join(directory, 'probe')
    await files.writeAtomic(probe, '', 0o600)
    await files.removeFile(probe)
  } catch (error) {
    throw new StorageError('invalid', `cannot keep the lab's state in ${directory}: ${error instanceof Error ? error.message : String(error)}; give --dir DIRECTORY`, { cause: error })
  }
}

async function stay(flags: LabFlags, port: number | undefined, directory: string, terminal: Terminal): Promise<number> {
  const { startRealLab } = await import('./real-lab.ts')
  const interrupt = untilInterrupted()
  const { random, clock, close } = realEffects()
  const id = random.uuid()
  let stopAsked = (): void => {}
  const asked = new Promise<void>((resolve) => (stopAsked = resolve))
  const running = await startRealLab({ ...(port === undefined ? {} : { port }), control: { id, stop: () => stopAsked() } })
  try {
    const state: LabState = {
      pid: process.pid,
      kubernetesUrl: running.kubernetesUrl,
      proxmoxUrls: running.proxmoxUrls,
      kubeconfig: join(directory, 'kubeconfig'),
      proxmoxCa: join(directory, 'proxmox-ca.crt'),
      scratch: running.scratch,
      startedAt: new Date(clock.now()).toISOString(),
      id,
    }
    await terminal.files.writeAtomic(state.kubeconfig, running.kubeconfig, 0o600)
    await terminal.files.writeAtomic(state.proxmoxCa, running.ca, 0o644)
    if (flags.kubeconfig !== undefined) await terminal.files.writeAtomic(resolve(terminal.cwd, flags.kubeconfig), running.kubeconfig, 0o600)
    await writeState(terminal.files, directory, state)
    shown(state, flags, terminal, exitCodes.ok)
    await Promise.race([asked, interrupt.happened])
    return exitCodes.ok
  } finally {
    interrupt.forget()
    await removeState(terminal.files, directory)
    await running.stop()
    close()
  }
}

/** The same command again, on its own, with its words in a log; this one waits until the state file is there. */
async function leaveRunning(flags: LabFlags, directory: string, terminal: Terminal): Promise<number> {
  const log = join(directory, 'lab.log')
  const output = openSync(log, 'w', 0o600)
  const args = ['lab', 'up', '--foreground', '--dir', directory, ...(flags.port === undefined ? [] : ['--port', flags.port]), ...(flags.kubeconfig === undefined ? [] : ['--kubeconfig', resolve(terminal.cwd, flags.kubeconfig)])]
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], { detached: true, stdio: ['ignore', output, output], cwd: '/' })
  const { clock, close } = realEffects()
  try {
    for (let waited = 0; waited < 30_000 && child.exitCode === null; waited += 100) {
      const state = await readState(terminal.files, directory)
      if (state?.pid === child.pid && state !== undefined) {
        child.unref()
        return shown(state, flags, terminal, exitCodes.ok)
      }
      await clock.sleep(100)
    }
    terminal.stderr(`the lab did not come up; its words are in ${log}:\n${await terminal.files.readText(log)}\n`)
    child.kill()
    return exitCodes.findings
  } finally {
    close()
  }
}

export function shown(state: LabState, flags: LabFlags, terminal: Terminal, code: number): number {
  const { id: _, ...rest } = state
  if (flags.json === true) {
    terminal.stdout(json('Lab', { up: true, ...rest }))
    return code
  }
  const proxmox = Object.entries(state.proxmoxUrls).map(([node, url]) => `  Proxmox ${node}  ${url}  (CA ${state.proxmoxCa})`)
  terminal.stdout(
    [
      'The lab is up: two Proxmox nodes, four VMs that are Kubernetes nodes. It lives in memory.',
      `  Kubernetes    ${state.kubernetesUrl}`,
      ...proxmox,
      '',
      `  export KUBECONFIG=${state.kubeconfig}`,
      '  stowage apply examples/homelab/storage.yaml',
      '  kubectl get sc,csinode',
      `  stowage lab down${flags.dir === undefined ? '' : ` --dir ${flags.dir}`}`,
      '',
    ].join('\n'),
  )
  return code
}
