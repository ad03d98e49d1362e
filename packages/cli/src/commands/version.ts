import type { Command } from 'commander'
import { stowageVersion } from '@stowage/module/version'
import { examples, type CommandContext } from './command.ts'
import { json } from '../output/terminal.ts'

export function configure(command: Command, { terminal }: CommandContext): void {
  command
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples(['stowage version', 'which one this is']))
    .action(({ json: asJson }: { readonly json?: true }) => {
      const fields = { version: stowageVersion, node: process.version, platform: `${process.platform}/${process.arch}` }
      terminal.stdout(asJson === true ? json('Version', fields) : `stowage ${stowageVersion}\n`)
    })
}
