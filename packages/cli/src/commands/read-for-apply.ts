/** The declaration as `apply` reads it: alone first, so that its faults need no cluster; then, where proofs hang on facts, with those of the living cluster. */
import { didYouMean, type Finding } from '@stowage/core'
import type { Spec } from '@stowage/module'
import { feasibilityRules } from '@stowage/module/checks/feasibility/rules'
import { gatherFacts } from '@stowage/operations'
import type { Connection } from '../cluster/connect.ts'
import { proxmoxClients } from '../cluster/proxmox-clients.ts'
import { UsageError, type ExitCode } from '../output/exit-code.ts'
import { findingsText } from '../output/findings-text.ts'
import type { Terminal } from '../output/terminal.ts'
import { readFromFiles, reportFindings, type DeclarationFlags } from './read-declaration.ts'

export interface ReadForApply {
  readonly spec: Spec
  /** Warnings, those among them that say what is unknown. */
  readonly findings: readonly Finding[]
}

/** `connected` is asked only for a declaration that is sound by itself. Prints findings; the exit code when there are errors. */
export async function readForApply(names: readonly string[], given: Terminal, asJson: boolean, flags: DeclarationFlags, connected: () => Promise<Connection>): Promise<ReadForApply | ExitCode> {
  const terminal = rememberingStandardInput(given)
  const { strictFacts: _later, ...lenient } = flags
  const alone = await readFromFiles(names, terminal, lenient)
  if (alone.spec === undefined) return reportFindings(names, alone, terminal, asJson)
  const read = hangsOnFacts(alone.spec) ? await readWithFacts(names, terminal, flags, alone.spec, await connected()) : await readFromFiles(names, terminal, flags)
  if (read.spec === undefined) return reportFindings(names, read, terminal, asJson)
  terminal.stderr(findingsText(read.findings, terminal.color))
  return { spec: read.spec, findings: read.findings }
}

/** Whether Ceph can work, and whether somebody's snapshot controller is there already, is known only by looking. */
function hangsOnFacts({ backends, snapshots }: Spec): boolean {
  return snapshots.controller === 'auto' || backends.some(({ kind }) => kind === 'rookCeph')
}

async function readWithFacts(names: readonly string[], terminal: Terminal, flags: DeclarationFlags, spec: Spec, { client, effects }: Connection) {
  const proxmox = await proxmoxClients(spec, client, effects)
  const { facts, notes } = await gatherFacts(client, { namespace: spec.namespace, proxmox: proxmox.clients })
  for (const note of [...proxmox.notes, ...notes]) terminal.stderr(`unknown: ${note}\n`)
  return readFromFiles(names, terminal, flags, facts)
}

/** A check that there is not would accept nothing, and the person would believe that it does. */
export function refuseUnknownChecks(names: readonly string[] = []): void {
  const known = Object.keys(feasibilityRules)
  for (const name of names) if (!known.includes(name)) throw new UsageError(`--accept-unknown ${name} is no check over facts; ${didYouMean(name, known)}`)
}

/** Standard input can be read once, and the declaration is read twice. */
function rememberingStandardInput(terminal: Terminal): Terminal {
  let text: Promise<string> | undefined
  return { ...terminal, stdin: () => (text ??= terminal.stdin()) }
}
