/** `stowage demo`: a cluster's storage, working, end to end, in the lab. */
import type { Command } from 'commander'
import type { DemoFlags } from '../demo/demo-flags.ts'
import { examples, type CommandContext } from './command.ts'

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  command
    .option('--fast', 'the same story in virtual time, in memory')
    .option('--seed <seed>', 'with --fast: which order of events', '1')
    .option('--keep', 'leave the lab up at the end, until Ctrl-C')
    .option('--json', 'one JSON event a line')
    .addHelpText(
      'after',
      examples(
        ['stowage demo', 'the whole story in real time, in under half a minute'],
        ['stowage demo --keep', 'then look in with kubectl'],
        ['stowage demo --fast --json', 'the same in virtual time, as events'],
      ),
    )
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import('../demo/run-demo.ts')
      exit(await runDemo(flags, terminal))
    })
}
