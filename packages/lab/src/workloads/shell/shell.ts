/** One shell process: variables, working directory, and the ways out of its container. */
import type { Clock, Programs, Random } from '@stowage/effects'
import type { LinuxFiles } from '../../machines/linux-files.ts'

/** Where a command reads and writes. */
export interface Io {
  readonly stdin: Uint8Array
  readonly out: (bytes: Uint8Array | string) => Promise<void>
  readonly err: (text: string) => Promise<void>
}

/** How a command runs others; the interpreter gives itself, so that commands need not know it. */
export interface Interpreter {
  readonly script: (script: string, shell: Shell, io: Io) => Promise<number>
  readonly argv: (argv: readonly string[], shell: Shell, io: Io) => Promise<number>
  readonly knows: (name: string) => boolean
}

export type CommandFunction = (args: readonly string[], shell: Shell, io: Io) => Promise<number>

export interface ShellInit {
  readonly interpreter: Interpreter
  readonly files: LinuxFiles
  readonly clock: Clock
  readonly random: Random
  readonly programs: Programs
  readonly env: Readonly<Record<string, string>>
  readonly hostname: string
  /** Aborts at SIGTERM. */
  readonly stop: AbortSignal
  readonly privileged: boolean
}

export class Shell {
  readonly init: ShellInit
  readonly variables: Map<string, string>
  /** `$1`, `$2`, …; `$0` is first. */
  positional: readonly string[] = ['sh']
  directory = '/'
  lastExit = 0
  errexit = false
  xtrace = false
  /** Handlers by signal name. A `sh -c` that is the container's own process shares them with it. */
  traps: Map<string, string> = new Map()
  readonly background: Promise<number>[] = []

  constructor(init: ShellInit) {
    this.init = init
    this.variables = new Map(Object.entries({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', HOSTNAME: init.hostname, ...init.env }))
  }

  get files(): LinuxFiles {
    return this.init.files
  }

  path(text: string): string {
    const absolute = text.startsWith('/') ? text : `${this.directory}/${text}`
    const names: string[] = []
    for (const name of absolute.split('/')) {
      if (name === '..') names.pop()
      else if (name !== '' && name !== '.') names.push(name)
    }
    return `/${names.join('/')}`
  }

  /** A subshell: what it changes stays in it. */
  copy(): Shell {
    const copy = new Shell(this.init)
    copy.variables.clear()
    for (const [name, value] of this.variables) copy.variables.set(name, value)
    copy.positional = this.positional
    copy.directory = this.directory
    copy.lastExit = this.lastExit
    copy.errexit = this.errexit
    copy.traps = this.traps
    return copy
  }
}

/** `exit`, `break` and `continue` on their way up. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit'
  readonly code: number
  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

export class LoopControl extends Error {
  override readonly name = 'LoopControl'
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    super(kind)
    this.kind = kind
  }
}
