/** `stowage facts`: what the living cluster and Proxmox say of nodes and disks, as a file for --facts. */
import { resolve } from 'node:path'
import { FileFailure } from '@stowage/effects'
import { printFacts } from '@stowage/module/facts/print-facts'
import { gatherFacts } from '@stowage/operations'
import type { Command } from 'commander'
import { connect, withClusterFlags, type ClusterFlags } from '../cluster/connect.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { proxmoxClients } from '../cluster/proxmox-clients.ts'
import { exitCodes, UsageError } from '../output/exit-code.ts'
import { json } from '../output/terminal.ts'
import { examples, type CommandContext } from './command.ts'
import { specOf, withEnvironmentFlag } from './read-declaration.ts'

interface Flags extends ClusterFlags {
  readonly namespace?: string
  readonly out?: string
  readonly json?: true
  readonly environment?: string
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withEnvironmentFlag(withClusterFlags(command))
    .argument('[file...]', 'declaration: its Proxmox clusters are asked, too; it need not be able to work')
    .option('-n, --namespace <name>', 'where Rook’s operator runs; default the declaration’s namespace, then storage-system')
    .option('--out <file>', 'write the facts there; default standard output')
    .option('--json', 'print the facts as JSON')
    .addHelpText(
      'after',
      examples(
        ['stowage facts --out facts.yaml', 'what the cluster says of its nodes and devices'],
        ['stowage facts storage.yaml --out facts.yaml', 'and what Proxmox says of their disks'],
        ['stowage check --facts facts.yaml storage.yaml', 'the proofs, with these facts'],
      ) + '\nDevices come from Rook’s discovery daemon, where it runs; what cannot be asked stays unknown, and is said.\n',
    )
    .action(async (files: readonly string[], flags: Flags) => {
      if (flags.json === true && flags.out !== undefined) throw new UsageError('--json prints, and --out writes a file: choose one')
      const spec = files.length === 0 ? undefined : await specOf(files, terminal, flags.environment)
      if (spec === undefined && files.length > 0) terminal.stderr('the declaration has faults (see stowage check): its Proxmox clusters are not asked\n')
      const { client, effects } = await connect(flags, terminal)
      const interrupt = untilInterrupted()
      try {
        const proxmox = spec === undefined ? { clients: [], notes: [] } : await proxmoxClients(spec, client, effects)
        const namespace = flags.namespace ?? spec?.namespace
        const { facts, notes } = await gatherFacts(client, { proxmox: proxmox.clients, signal: interrupt.signal, ...(namespace === undefined ? {} : { namespace }) })
        const said = [...proxmox.notes, ...notes]
        for (const note of said) terminal.stderr(`unknown: ${note}\n`)
        if (flags.json === true) return terminal.stdout(json('Facts', { seen: facts, notes: said }))
        const text = printFacts(facts, [`Gathered by stowage facts from ${client.server}.`, ...said.map((note) => `Unknown: ${note}`)])
        if (flags.out === undefined) return terminal.stdout(text)
        await writeOut(flags.out, text, terminal)
        terminal.stderr(`${flags.out}: ${facts.length} facts\n`)
        exit(exitCodes.ok)
      } finally {
        interrupt.forget()
        effects.close()
      }
    })
}

async function writeOut(name: string, text: string, { cwd, files }: CommandContext['terminal']): Promise<void> {
  try {
    await files.writeAtomic(resolve(cwd, name), text)
  } catch (error) {
    if (error instanceof FileFailure) throw new UsageError(`cannot write ${name}: ${error.code}`, { cause: error })
    throw error
  }
}
