/** The container runtime of one machine, as containerd beside a kubelet: its containers live on when the kubelet restarts. */
import type { Log } from '@stowage/core'
import type { Effects } from '@stowage/effects'
import type { ExecResult } from '../api/pod-streams.ts'
import type { ContainerContext, Images, Program } from './container.ts'
import { ContainerKilled } from './container-life.ts'
import { ContainerLog } from './container-log.ts'
import { withOwnMountTable } from './container-mounts.ts'
import { containerFiles, containerRpc, viewOf } from './container-view.ts'
import type { Mount } from './container-view.ts'
import { mortalEffects } from '@stowage/effects/mortal-effects'
import type { MortalEffects } from '@stowage/effects/mortal-effects'

/** Runs one command in a container, for `kubectl exec`. */
export type Execute = (context: ContainerContext, argv: readonly string[], stdin: Uint8Array | undefined) => Promise<{ readonly exitCode: number; readonly stdout: Uint8Array | string; readonly stderr: Uint8Array | string }>

export interface RuntimeOptions {
  /** The machine's name, for logs and ids. */
  readonly machine: string
  /** The machine's own: its files, its programs, its sockets. What is silent with the machine, and not with the kubelet. */
  readonly effects: Effects
  readonly images: Images
  /** What an image runs that is not in the table. */
  readonly shell: (context: ContainerContext, image: string) => Promise<number>
  readonly execute: Execute
  /** Where a socket that the machine sees at `hostPath` really listens. Default: there. */
  readonly socketAddress?: (hostPath: string) => string
  readonly log: Log
}

export interface ContainerSpec {
  readonly namespace: string
  readonly pod: string
  readonly podUid: string
  readonly name: string
  readonly node: string
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly Mount[]
  readonly privileged: boolean
  readonly isInit: boolean
  /** How often it was started before. */
  readonly attempt: number
}

export interface Container {
  readonly id: string
  readonly spec: ContainerSpec
  /** Milliseconds since the epoch. */
  readonly startedMs: number
  readonly finishedMs?: number
  /** Set when it has ended: 137 when it was killed. */
  readonly exitCode?: number
}

interface Live {
  container: Container
  readonly life: MortalEffects
  readonly stop: AbortController
  readonly log: ContainerLog
  readonly context: ContainerContext
}

const sigkill = 137
/** What containerd says of a container that it finds dead and did not see die. */
const lostWithMachine = 255
const roots = '/var/lib/containerd/rootfs'

export class ContainerRuntime {
  readonly #options: RuntimeOptions
  readonly #containers = new Map<string, Live>()
  readonly #listeners = new Set<(container: Container) => void>()
  #count = 0

  /** `before`: that of the same machine before it went down, whose containers are found ended, as containerd finds them after a reboot. */
  constructor(options: RuntimeOptions, before?: ContainerRuntime) {
    this.#options = options
    if (before === undefined) return
    this.#count = before.#count
    for (const [id, live] of before.#containers) {
      const { exitCode = lostWithMachine, finishedMs = options.effects.clock.now() } = live.container
      this.#containers.set(id, { ...live, container: { ...live.container, exitCode, finishedMs } })
    }
  }

  get machine(): string {
    return this.#options.machine
  }

  /** All that were not removed, ended ones too, in the order of their start. */
  containers(podUid?: string): readonly Container[] {
    const all = [...this.#containers.values()].map(({ container }) => container)
    return podUid === undefined ? all : all.filter(({ spec }) => spec.podUid === podUid)
  }

  /** Called at each end of a container. */
  onEnd(listener: (container: Container) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async start(spec: ContainerSpec): Promise<Container> {
    const { effects, images, shell, log } = this.#options
    const id = `${this.#options.machine}-${(this.#count += 1)}-${effects.random.suffix(8)}`
    const root = `${roots}/${id}`
    await effects.files.makeDirectory(`${root}/tmp`)
    const life = mortalEffects(effects, `container/${spec.namespace}/${spec.pod}/${spec.name}/${spec.attempt}`)
    const stop = new AbortController()
    const lines = new ContainerLog(effects.clock)
    const context = this.#contextFor(spec, root, life, stop.signal, lines)
    const container: Container = { id, spec, startedMs: effects.clock.now() }
    this.#containers.set(id, { container, life, stop, log: lines, context })
    const program: Program = images[imageName(spec.image)] ?? ((given) => shell(given, spec.image))
    effects.clock.after(0, () => {
      if (life.alive) this.#run(id, program, context)
    })
    log.debug('container started', { machine: this.#options.machine, pod: spec.pod, container: spec.name, id })
    return container
  }

  #contextFor(spec: ContainerSpec, root: string, life: MortalEffects, stop: AbortSignal, log: ContainerLog): ContainerContext {
    const view = viewOf([...systemMounts(spec.privileged), ...spec.mounts], root)
    const { files, rpc } = life.effects
    const seen = containerFiles(files, view)
    return {
      namespace: spec.namespace,
      pod: spec.pod,
      podUid: spec.podUid,
      container: spec.name,
      node: spec.node,
      command: spec.command,
      args: spec.args,
      env: spec.env,
      privileged: spec.privileged,
      log: (line) => log.write(line),
      stop,
      effects: { ...life.effects, files: spec.privileged ? seen : withOwnMountTable(seen, spec.mounts), rpc: containerRpc(rpc, view, this.#options.socketAddress ?? ((path) => path)) },
    }
  }

  #run(id: string, program: Program, context: ContainerContext): void {
    const failed = (error: unknown): number => {
      context.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
      return 1
    }
    Promise.resolve()
      .then(() => program(context))
      .catch(failed)
      .then((exitCode) => this.#end(id, exitCode))
  }

  /** SIGTERM, and SIGKILL after the grace period. Returns at once. */
  stop(id: string, graceMs: number): void {
    const live = this.#containers.get(id)
    if (live === undefined || live.container.exitCode !== undefined) return
    if (graceMs <= 0) return this.kill(id)
    if (!live.stop.signal.aborted) live.stop.abort(new Error('SIGTERM'))
    this.#options.effects.clock.after(graceMs, () => this.kill(id))
  }

  kill(id: string): void {
    this.#end(id, sigkill)
  }

  /** Forgets an ended container and its root. */
  async remove(id: string): Promise<void> {
    this.#end(id, sigkill)
    this.#containers.delete(id)
    await this.#options.effects.files.removeTree(`${roots}/${id}`)
  }

  #end(id: string, exitCode: number): void {
    const live = this.#containers.get(id)
    if (live === undefined || live.container.exitCode !== undefined) return
    live.container = { ...live.container, exitCode, finishedMs: this.#options.effects.clock.now() }
    live.life.kill()
    if (!live.stop.signal.aborted) live.stop.abort(new ContainerKilled())
    live.log.end()
    for (const listener of [...this.#listeners]) listener(live.container)
  }

  log(id: string): ContainerLog | undefined {
    return this.#containers.get(id)?.log
  }

  /** undefined when the container does not run. */
  async execute(id: string, argv: readonly string[], stdin: Uint8Array | undefined): Promise<ExecResult | undefined> {
    const live = this.#containers.get(id)
    if (live === undefined || live.container.exitCode !== undefined) return undefined
    const { exitCode, stdout, stderr } = await this.#options.execute(live.context, argv, stdin)
    return { exitCode, stdout: bytesOf(stdout), stderr: bytesOf(stderr) }
  }
}

/** What every container has whether its pod asks for it or not; the machine's devices only where it is privileged. */
function systemMounts(privileged: boolean): readonly Mount[] {
  const same = (path: string, readOnly: boolean): Mount => ({ containerPath: path, hostPath: path, readOnly })
  return [same('/proc', false), same('/sys', !privileged), ...(privileged ? [same('/dev', false)] : [])]
}

function bytesOf(output: Uint8Array | string): Uint8Array {
  return typeof output === 'string' ? new TextEncoder().encode(output) : output
}

/** Without tag and digest. */
export function imageName(image: string): string {
  const withoutDigest = image.split('@')[0] ?? image
  const colon = withoutDigest.lastIndexOf(':')
  return colon > withoutDigest.lastIndexOf('/') ? withoutDigest.slice(0, colon) : withoutDigest
}
