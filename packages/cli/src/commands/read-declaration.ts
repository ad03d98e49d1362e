/** Files named on the command line, as a declaration. */
import { resolve } from 'node:path'
import { FileFailure } from '@stowage/effects'
import type { ReadDeclaration, SourceText, Spec } from '@stowage/module'
import { readDeclaration } from '@stowage/module/spec/read'
import { exitCodes, UsageError, type ExitCode } from '../output/exit-code.ts'
import { countText, findingJson, findingsText } from '../output/findings-text.ts'
import { json, type Terminal } from '../output/terminal.ts'

export async function readFromFiles(names: readonly string[], terminal: Terminal): Promise<ReadDeclaration> {
  if (names.filter((name) => name === '-').length > 1) throw new UsageError('"-" (standard input) can be read once only')
  return readDeclaration(await Promise.all(names.map((name) => sourceOf(name, terminal))))
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
export async function specOrExit(names: readonly string[], terminal: Terminal, asJson: boolean): Promise<Spec | ExitCode> {
  const read = await readFromFiles(names, terminal)
  if (read.spec === undefined) return reportFindings(names, read, terminal, asJson)
  terminal.stderr(findingsText(read.findings, terminal.color))
  return read.spec
}

export function reportFindings(names: readonly string[], { findings, unparsable }: ReadDeclaration, terminal: Terminal, asJson: boolean): ExitCode {
  const valid = findings.every(({ severity }) => severity !== 'error')
  if (asJson) terminal.stdout(json('CheckReport', { files: names, valid, findings: findings.map(findingJson) }))
  else terminal.stdout(findingsText(findings, terminal.color))
  if (valid) return exitCodes.ok
  terminal.stderr(`${countText(findings)}\n`)
  return unparsable ? exitCodes.unparsable : exitCodes.findings
}
