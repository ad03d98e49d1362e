/** Everything in the repository that is made from the sources, by path from its root. */
import { jsonSchemaText } from '@stowage/module/spec/json-schema'
import { buildProgram } from '../program.ts'
import type { CommandContext } from '../commands/command.ts'
import { cliPage } from './cli-page.ts'
import { declarationPage } from './declaration-page.ts'
import { findingsPage } from './findings-page.ts'

export async function generatedFiles(context: CommandContext): Promise<Readonly<Record<string, string>>> {
  return {
    'packages/module/schema/storage.schema.json': jsonSchemaText(),
    'docs/reference/declaration.md': declarationPage(),
    'docs/reference/findings.md': findingsPage(),
    'docs/reference/cli.md': cliPage(await buildProgram(context, () => true)),
  }
}
