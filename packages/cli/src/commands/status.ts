/** `stowage status`: every claim and volume, where it is attached, who uses it, and what is wrong. */
import { observe, statusOf, statusTable } from '@stowage/operations'
import type { Command } from 'commander'
import { connect, withClusterFlags } from '../cluster/connect.ts'
import type { ClusterFlags } from '../cluster/connect.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { exitCodes, UsageError } from '../output/exit-code.ts'
import { statusText } from '../output/status-text.ts'
import { json } from '../output/terminal.ts'
import { examples, type CommandContext } from './command.ts'

interface Flags extends ClusterFlags {
  readonly namespace?: string
  readonly output?: string
  readonly json?: true
  readonly headers: boolean
  readonly watch?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withClusterFlags(command)
    .option('-n, --namespace <name>', 'claims of this namespace only; default all')
    .option('-o, --output <format>', 'wide: volume names too, and nothing cut; or json')
    .option('--json', 'the same as -o json')
    .option('--no-headers', 'leave out the headings')
    .option('-w, --watch', 'show it again every two seconds, until Ctrl-C')
    .addHelpText('after', examples(['stowage status', 'every claim and volume'], ['stowage status -n garage -o wide', 'one namespace, with volume names'], ['stowage status -o json', 'as data']))
    .action(async (flags: Flags) => {
      if (flags.output !== undefined && flags.output !== 'wide' && flags.output !== 'json') throw new UsageError(`--output ${flags.output} is not known; there are wide and json`)
      const asJson = flags.json === true || flags.output === 'json'
      const { client, effects } = await connect(flags, terminal)
      const interrupt = untilInterrupted()
      try {
        do {
          const status = statusOf(await observe(client, flags.namespace === undefined ? {} : { namespace: flags.namespace }))
          if (asJson) terminal.stdout(json('Status', status))
          else terminal.stdout(flags.headers ? statusText(status, terminal, flags.output === 'wide') : rowsOnly(statusTable(status, { wide: flags.output === 'wide', headers: false })))
          exit(exitCodes.ok)
          if (flags.watch === true && !asJson) terminal.stdout('\n')
          if (flags.watch === true) await effects.clock.sleep(2000, interrupt.signal).catch(() => {})
        } while (flags.watch === true && !interrupt.signal.aborted)
      } finally {
        interrupt.forget()
        effects.close()
      }
    })
}

function rowsOnly(rows: string): string {
  return rows === '' ? '' : `${rows}\n`
}
