/** `stowage verify`: proves each class on a living cluster: claim, pod, write, read back, expand, move, clean up. */
import { Size } from '@stowage/core'
import { verify } from '@stowage/operations'
import type { Command } from 'commander'
import { connect, withClusterFlags } from '../cluster/connect.ts'
import type { ClusterFlags } from '../cluster/connect.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { exitCodes, UsageError } from '../output/exit-code.ts'
import { json } from '../output/terminal.ts'
import { fold } from '../output/fold.ts'
import { stepText } from '../output/step-text.ts'
import { verifyText } from '../output/verify-text.ts'
import { examples, type CommandContext } from './command.ts'

interface Flags extends ClusterFlags {
  readonly namespace?: string
  readonly image?: string
  readonly size?: string
  readonly timeout: string
  readonly json?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withClusterFlags(command)
    .argument('[class...]', 'classes to verify; default every class of the cluster')
    .option('-n, --namespace <name>', 'where its claims and pods go; default that of the context')
    .option('--image <image>', 'an image with sh and coreutils; default busybox')
    .option('--size <size>', 'size of its claims; default 1Gi')
    .option('--timeout <seconds>', 'for each wait', '120')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples(['stowage verify', 'every class: PVC, pod, write, read, expand, move, clean up'], ['stowage verify proxmox-csi', 'one class']))
    .action(async (classes: readonly string[], flags: Flags) => {
      const seconds = Number(flags.timeout)
      if (!(seconds > 0)) throw new UsageError(`--timeout ${flags.timeout} is not a number of seconds`)
      const { client, effects, namespace } = await connect(flags, terminal)
      const interrupt = untilInterrupted()
      try {
        const result = await verify({
          client,
          random: effects.random,
          namespace: flags.namespace ?? namespace,
          ...(classes.length > 0 && { classes }),
          ...(flags.image !== undefined && { image: flags.image }),
          ...(flags.size !== undefined && { size: sizeOf(flags.size) }),
          waitMs: seconds * 1000,
          signal: interrupt.signal,
          listener: (event) => terminal.stderr(fold(stepText(event, terminal.color) ?? '', terminal.columns)),
        })
        terminal.stdout(flags.json === true ? json('VerifyReport', result) : verifyText(result, terminal.color))
        exit(interrupt.signal.aborted ? exitCodes.interrupted : result.ok ? exitCodes.ok : exitCodes.findings)
      } finally {
        interrupt.forget()
        effects.close()
      }
    })
}

function sizeOf(text: string): Size {
  const size = Size.tryParse(text)
  if (size === undefined) throw new UsageError(`--size ${text} is not a size; write it as Kubernetes does: 1Gi`)
  return size
}
