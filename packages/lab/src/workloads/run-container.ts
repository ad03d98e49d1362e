/** What runs in a pod's container: its command in the small shell, or its image's own habits. */
import type { ContainerContext } from '../kubernetes/kubelet/container.ts'
import { asLinuxFiles } from '../machines/plain-files.ts'
import { entrypoints, idle, imageName } from './entrypoints.ts'
import { interpreter, runArgv } from './shell/run.ts'
import type { Io } from './shell/shell.ts'
import { Shell, ShellExit } from './shell/shell.ts'

export interface ExecuteResult {
  readonly exitCode: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

/**
 * Runs a container to its end and answers the exit code. `image` names the entrypoint when the pod gives no command.
 * As PID 1 without a handler a shell or `sleep` ignores SIGTERM, as in a real container: only `trap … TERM` ends it before it is killed.
 */
export async function runContainer(context: ContainerContext, image = ''): Promise<number> {
  const argv = [...context.command, ...context.args]
  if (context.command.length === 0) {
    const name = imageName(image)
    const entrypoint = Object.hasOwn(entrypoints, name) ? entrypoints[name] : undefined
    // Arguments alone go to the image's entrypoint; busybox has none, so they are the command.
    const isShell = name === 'busybox' || name === 'alpine' || name === ''
    if (argv.length === 0 && entrypoint !== undefined) return await entrypoint(context)
    if (!isShell || argv.length === 0) return entrypoint === undefined ? await idle(context, image) : await entrypoint(context)
  }
  const lines = lineSplitter(context.log)
  const io: Io = { stdin: new Uint8Array(), out: async (bytes) => lines.push(bytes), err: async (text) => lines.push(text) }
  const shell = shellOf(context)
  const trapped = onTerm(context, shell, io)
  const code = await Promise.race([run(argv, shell, io), trapped])
  lines.end()
  return code
}

/** What `kubectl exec` runs. Exit code 127 with a text when the lab has no such program. */
export async function execute(context: ContainerContext, argv: readonly string[], stdin: Uint8Array = new Uint8Array()): Promise<ExecuteResult> {
  const stdout: Uint8Array[] = []
  const stderr: Uint8Array[] = []
  const bytesOf = (bytes: Uint8Array | string): Uint8Array => (typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
  const io: Io = { stdin, out: async (bytes) => void stdout.push(bytesOf(bytes)), err: async (text) => void stderr.push(bytesOf(text)) }
  const exitCode = await run(argv, shellOf(context), io)
  return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
}

async function run(argv: readonly string[], shell: Shell, io: Io): Promise<number> {
  try {
    return await runArgv(argv, shell, io)
  } catch (error) {
    if (error instanceof ShellExit) return error.code
    throw error
  }
}

function shellOf(context: ContainerContext): Shell {
  const { clock, random, programs, files } = context.effects
  return new Shell({ interpreter, files: asLinuxFiles(files), clock, random, programs, env: context.env, hostname: context.pod, stop: context.stop, privileged: context.privileged })
}

/** `trap 'exit 0' TERM` in the container's own script. Never resolves without one. */
function onTerm(context: ContainerContext, shell: Shell, io: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    const handle = (): void => {
      const script = shell.traps.get('TERM')
      if (script === undefined) return
      interpreter.script(script, shell.copy(), io).then((code) => resolve(code), reject)
    }
    if (context.stop.aborted) handle()
    else context.stop.addEventListener('abort', handle, { once: true })
  })
}

/** Logs come by lines; what a program printed without a newline is a line at its end. */
function lineSplitter(log: (line: string) => void): { push: (bytes: Uint8Array | string) => void; end: () => void } {
  let rest = ''
  const decoder = new TextDecoder()
  return {
    push: (bytes) => {
      const pieces = (rest + (typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true }))).split('\n')
      rest = pieces.pop() ?? ''
      for (const line of pieces) log(line)
    },
    end: () => {
      if (rest !== '') log(rest)
      rest = ''
    },
  }
}
