import type { Command } from 'commander'
import { jsonSchemaText } from '@stowage/module/spec/json-schema'
import { examples, type CommandContext } from './command.ts'

export function configure(command: Command, { terminal }: CommandContext): void {
  command
    .addHelpText(
      'after',
      examples(['stowage schema > storage.schema.json', 'then, in the first line of storage.yaml: # yaml-language-server: $schema=storage.schema.json']),
    )
    .action(() => terminal.stdout(jsonSchemaText()))
}
