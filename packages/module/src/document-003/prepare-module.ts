/** Document 003's arguments, ready to be registered, or all that is wrong with them. Pure: Pulumi is not needed here. */
import { prepare, type Prepared } from '../registration/prepare.ts'
import type { Contents } from '../registration/secrets.ts'
import { declarationOf, inWordsOf003 } from './to-declaration.ts'

/** What a program gave; nothing of it is trusted, programs need not be typed. */
interface ModuleArguments {
  readonly feasibility?: 'warn' | 'enforce'
  readonly secrets?: Contents
  readonly import?: Readonly<Record<string, string>>
  readonly today?: string
}

export function prepareModule(name: string, args: ModuleArguments, isInput: (value: unknown) => boolean): Prepared {
  const { feasibility = 'warn', secrets = {}, import: imports = {}, today } = args
  const { declaration, origin, findings } = declarationOf(name, args)
  const prepared = prepare({
    declaration,
    options: { ...(today === undefined ? {} : { today }), proofs: feasibility === 'enforce' ? 'refuse' : 'warn' },
    contents: secrets,
    imports,
    isInput,
    origin,
  })
  const said = [...findings, ...prepared.findings.map(inWordsOf003)]
  return findings.length === 0 ? { ...prepared, findings: said } : { findings: said, edits: [] }
}
