/** Files named on the command line, as a declaration. */
import { resolve } from 'node:path'
import { FileFailure } from '@stowage/effects'
import type { Facts, ReadDeclaration, ReadOptions, SourceText, Spec } from '@stowage/module'
import { noFacts } from '@stowage/module/facts/facts'
import type { Edit } from '@stowage/module/checks/feasibility/edits/edit'
import { smallestEditsOfText } from '@stowage/module/checks/feasibility/edits/edits-of-text'
import { readFacts } from '@stowage/module/facts/read-facts'
import { readDeclaration } from '@stowage/module/spec/read'
import { Option, type Command } from 'commander'
import { editJson, editsText } from '../output/edits-text.ts'
import { exitCodes, UsageError, type ExitCode } from '../output/exit-code.ts'
import { countText, findingJson, findingsText } from '../output/findings-text.ts'
import { json, type Terminal } from '../output/terminal.ts'

/** Of every command that reads a declaration. */
export interface DeclarationFlags {
  /** Files of facts. */
  readonly facts?: readonly string[]
  readonly strictFacts?: true
  readonly environment?: string
}

export function withDeclarationFlags(command: Command): Command {
  return withEnvironmentFlag(command)
    .addOption(new Option('--facts <file>', 'what is known of nodes and disks, as stowage facts writes it; may be given more than once').argParser((file: string, before: readonly string[] = []) => [...before, file]))
    .option('--strict-facts', 'what is not known of nodes and disks, but would decide whether the declaration can work, is an error')
}

export function withEnvironmentFlag(command: Command): Command {
  return command.option('--environment <name>', 'put this entry of environments over the declaration')
}

export interface ReadFiles extends ReadDeclaration {
  /** With each of these the declaration could work; empty when it does, or when something else is wrong. */
  readonly edits: readonly Edit[]
}

/** `seen` are facts that a command gathered itself. */
export async function readFromFiles(names: readonly string[], terminal: Terminal, flags: DeclarationFlags = {}, seen: Facts = noFacts): Promise<ReadFiles> {
  const { facts: factFiles = [], strictFacts = false, environment } = flags
  if ([...names, ...factFiles].filter((name) => name === '-').length > 1) throw new UsageError('"-" (standard input) can be read once only')
  const known = readFacts(await Promise.all(factFiles.map((name) => sourceOf(name, terminal))))
  const sources = await Promise.all(names.map((name) => sourceOf(name, terminal)))
  const options: ReadOptions = {
    facts: [...known.facts, ...seen],
    strictFacts,
    today: terminal.today ?? new Date().toISOString().slice(0, 10),
    ...(environment === undefined ? {} : { environment }),
  }
  const { spec, ...read } = readDeclaration(sources, options)
  // Proofs over facts that were not understood would be of another cluster.
  const sound = known.findings.every(({ severity }) => severity !== 'error')
  const impossible = sound && read.findings.some(({ severity, verdict }) => severity === 'error' && verdict === 'violated')
  return {
    ...read,
    ...(spec !== undefined && sound ? { spec } : {}),
    findings: [...known.findings, ...read.findings],
    unparsable: read.unparsable || known.unparsable,
    edits: impossible ? smallestEditsOfText(sources, options) : [],
  }
}

/** What is declared, where that can be understood: proofs that fail do not matter here, and nothing is printed. */
export async function specOf(names: readonly string[], terminal: Terminal, environment: string | undefined): Promise<Spec | undefined> {
  const sources = await Promise.all(names.map((name) => sourceOf(name, terminal)))
  return readDeclaration(sources, { proofs: 'warn', ...(environment === undefined ? {} : { environment }) }).spec
}

async function sourceOf(name: string, { cwd, files, stdin }: Terminal): Promise<SourceText> {
  if (name === '-') return { file: 'stdin', text: await stdin() }
  try {
    return { file: name, text: await files.readText(resolve(cwd, name)) }
  } catch (error) {
    if (error instanceof FileFailure) throw new UsageError(`cannot read ${name}: ${reasons[error.code] ?? error.code}`, { cause: error })
    throw error
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory; name the files in it',
}

/** The Spec; or, when the declaration has errors, its findings are printed and the exit code comes back. */
export async function specOrExit(names: readonly string[], terminal: Terminal, asJson: boolean, flags: DeclarationFlags = {}, seen: Facts = noFacts): Promise<Spec | ExitCode> {
  const read = await readFromFiles(names, terminal, flags, seen)
  if (read.spec === undefined) return reportFindings(names, read, terminal, asJson)
  terminal.stderr(findingsText(read.findings, terminal.color))
  return read.spec
}

export function reportFindings(names: readonly string[], { findings, unparsable, edits }: ReadFiles, terminal: Terminal, asJson: boolean): ExitCode {
  const valid = findings.every(({ severity }) => severity !== 'error')
  if (asJson) terminal.stdout(json('CheckReport', { files: names, valid, findings: findings.map(findingJson), ...(edits.length === 0 ? {} : { edits: edits.map(editJson) }) }))
  else terminal.stdout(findingsText(findings, terminal.color) + editsText(edits, terminal.color))
  if (valid) return exitCodes.ok
  terminal.stderr(`${countText(findings)}\n`)
  return unparsable ? exitCodes.unparsable : exitCodes.findings
}
