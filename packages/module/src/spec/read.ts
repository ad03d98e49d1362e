/** Text or value in; the Spec out, or every fault that it has. */
import { isMap, StorageError, type Finding } from '@stowage/core'
import type { Subject } from '../checks/check.ts'
import { runChecks } from '../checks/index.ts'
import { knownFacts } from '../checks/known-facts.ts'
import { secretsStayOutside } from '../checks/no-secrets-in-text.ts'
import { noFacts, type Facts } from '../facts/facts.ts'
import { beforeTheFirstSyntaxFault, inOrder, placed, union, withoutRepeats } from './arrange-findings.ts'
import { environmentNames, inEnvironment, locateInEnvironment, unknownEnvironment } from './environments.ts'
import { issueToFindings } from './issue-to-finding.ts'
import { mergeDocuments } from './merge.ts'
import { unplainPart, type Unplain } from './plain-tree.ts'
import { resolve } from './resolve.ts'
import { declarationSchema, draftSchema, type Declaration, type Draft } from './schema/declaration.ts'
import { parseSource, type Keep, type Locate } from './source.ts'
import type { Spec } from './spec.ts'
import { valueAt, without } from './value-at.ts'

export interface SourceText {
  /** As it is shown in findings. */
  readonly file: string
  readonly text: string
}

export interface ReadDeclaration {
  /** Present when no finding is an error. */
  readonly spec?: Spec
  /** As written, parts put together. */
  readonly declaration?: Declaration
  /** Errors and warnings, in the order of the text. */
  readonly findings: readonly Finding[]
  /** The text is not YAML; what could be understood of it was checked all the same. */
  readonly unparsable: boolean
}

/** What reading needs beside the text; all of it may be left out. */
export interface ReadOptions {
  /** Facts beside those of the declaration itself: from files, the cluster, Proxmox. Default: none. */
  readonly facts?: Facts
  /** What a check cannot decide is an error. Default: false. */
  readonly strictFacts?: boolean
  /** The day for which acceptances are judged, `2026-11-21`. Absent: none has ended. */
  readonly today?: string
  /** Entry of `environments` that is put over the declaration. */
  readonly environment?: string
  /** Whether what facts prove to be impossible is an error, or said as a warning. Default: refuse. */
  readonly proofs?: 'refuse' | 'warn'
}

/** Reads one declaration from one or more YAML or JSON texts, each with one or more documents. */
export function readDeclaration(sources: readonly SourceText[], options: ReadOptions = {}): ReadDeclaration {
  const read = readKeeping('first', sources, options)
  if (!read.findings.some(({ rule }) => rule === 'duplicate-name')) return read
  const other = readKeeping('last', sources, options)
  return { findings: inOrder(union(read.findings, other.findings), sources), unparsable: read.unparsable }
}

function readKeeping(keep: Keep, sources: readonly SourceText[], options: ReadOptions): ReadDeclaration {
  const parsed = sources.map(({ text, file }) => parseSource(text, file, keep))
  const documents = parsed.flatMap((one) => one.documents)
  const syntax = parsed.flatMap(({ findings }) => findings)
  const unparsable = syntax.some(({ rule }) => rule.startsWith('yaml-'))
  if (documents.length === 0) return { findings: [...syntax, ...(syntax.length === 0 ? [emptyText(sources)] : [])], unparsable }
  const merged = mergeDocuments(documents, keep)
  const read = readTree(merged.value, merged.locate, [...syntax, ...merged.findings], unparsable, options)
  return { ...read, findings: inOrder(beforeTheFirstSyntaxFault(read.findings), sources) }
}

/** The same for a value that was never text, e.g. from TypeScript. */
export function readValue(value: unknown, options: ReadOptions = {}): ReadDeclaration {
  return readTree(value, () => undefined, [], false, options)
}

/**
 * The declaration in TypeScript: the same value as the YAML, with types that complete in an editor. Throws `invalid` with
 * every fault in `details.findings`.
 */
export function defineStorage(declaration: Declaration, options: ReadOptions = {}): Spec {
  const { spec, findings } = readValue(declaration, options)
  if (spec !== undefined) return spec
  const errors = findings.filter(({ severity }) => severity === 'error')
  const sentences = errors.map(({ message, remedy }) => (remedy === undefined ? message : `${message}; ${remedy}`))
  throw new StorageError('invalid', `the storage declaration has ${errors.length} fault${errors.length === 1 ? '' : 's'}: ${sentences.join('. ')}`, { details: { findings } })
}

function readTree(value: unknown, locate: Locate, before: readonly Finding[], unparsable: boolean, options: ReadOptions): ReadDeclaration {
  const odd = unplainPart(value)
  if (odd !== undefined) return { findings: [...before, placed(notData(odd), locate)], unparsable }
  if (!isMap(value)) return { findings: [...before, notADeclaration(locate)], unparsable }
  const names = environmentNames(value)
  const base = readOne(value, locate, before, unparsable, options)
  const wanted = options.environment
  if (wanted === undefined) return names.reduce((sofar, name) => together(sofar, readInEnvironment(value, name, locate, unparsable, options)), base)
  if (!names.includes(wanted)) return { findings: [...base.findings, placed(unknownEnvironment(wanted, names), locate)], unparsable }
  return together(readInEnvironment(value, wanted, locate, unparsable, options, before), { findings: secretsElsewhere(value, locate), unparsable })
}

/** Whichever environment is asked for: the text holds all of them. */
function secretsElsewhere({ environments }: Readonly<Record<string, unknown>>, locate: Locate): readonly Finding[] {
  return secretsStayOutside({ draft: {}, raw: { environments }, facts: noFacts, strictFacts: false }).map((finding) => placed(finding, locate))
}

/** The declaration itself, and what is wrong with it in an environment. */
function together(base: ReadDeclaration, { findings: more, spec }: ReadDeclaration): ReadDeclaration {
  const findings = union(base.findings, more)
  return spec === undefined && more.some(({ severity }) => severity === 'error') ? { findings, unparsable: base.unparsable } : { ...base, findings }
}

function readInEnvironment(value: Readonly<Record<string, unknown>>, name: string, locate: Locate, unparsable: boolean, options: ReadOptions, before: readonly Finding[] = []): ReadDeclaration {
  return readOne(inEnvironment(value, name), locateInEnvironment(locate, value, name), before, unparsable, options)
}

function readOne(value: Readonly<Record<string, unknown>>, locate: Locate, before: readonly Finding[], unparsable: boolean, options: ReadOptions): ReadDeclaration {
  // Compiling the schema pays only for large declarations.
  const parsed = declarationSchema.safeParse(value, { jitless: volumesIn(value) < 500 })
  const schemaFindings = (parsed.error?.issues ?? []).flatMap((issue) => issueToFindings(issue, value))
  const draft: Draft = parsed.success ? parsed.data : readable(value, schemaFindings)
  const subject = subjectOf(draft, value, options)
  // What is written, but wrongly, was cut out and is reported already: it is not missing.
  const checked = runChecks(subject)
    .filter(({ rule, path }) => !rule.startsWith('missing-') || valueAt(value, path) === undefined)
    .map((finding): Finding => (options.proofs === 'warn' && finding.verdict !== undefined && finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding))
  const findings = [...before, ...withoutRepeats([...schemaFindings, ...checked]).map((finding) => placed(finding, locate))]
  const valid = parsed.success && findings.every(({ severity }) => severity !== 'error')
  return { ...(valid ? { spec: resolve(parsed.data, knownFacts(subject)), declaration: parsed.data } : {}), findings, unparsable }
}

function subjectOf(draft: Draft, raw: unknown, { facts = noFacts, strictFacts = false, today }: ReadOptions): Subject {
  return { draft, raw, facts, strictFacts, ...(today === undefined ? {} : { today }) }
}

function volumesIn(value: unknown): number {
  const volumes = valueAt(value, ['spec', 'volumes'])
  return isMap(volumes) ? Object.keys(volumes).length : 0
}

/** What is left of a tree when its faults are cut out. */
function readable(value: unknown, faults: readonly Finding[]): Draft {
  const cut = without(value, faults.flatMap(({ path }) => cutsFor(path, value)))
  return draftSchema().safeParse(cut).data ?? {}
}

/** What to cut out for a fault: what stands there, and for a missing field the small map that lacks it (never a whole named entry). */
function cutsFor(path: Finding['path'], tree: unknown): readonly Finding['path'][] {
  if (valueAt(tree, path) !== undefined) return [path]
  if (path[1] === 'backup') return []
  const insideEntry = path.length > 5 || (path[1] !== 'backends' && path.length > 4)
  return insideEntry ? [path.slice(0, -1)] : []
}

function emptyText(sources: readonly SourceText[]): Finding {
  const file = sources[0]?.file ?? 'the input'
  return { rule: 'empty', severity: 'error', message: 'there is no declaration in it', remedy: 'begin with apiVersion: stowage.dev/v1alpha1 and kind: Storage', path: [], position: { file, line: 1, column: 1 } }
}

function notData({ path, what }: Unplain): Finding {
  return { rule: 'wrong-type', severity: 'error', message: `${path.length === 0 ? 'this' : path.slice(-2).join('.')} ${what}`, remedy: 'write plain data: maps, lists, text, numbers, true and false', path }
}

function notADeclaration(locate: Locate): Finding {
  const position = locate([], 'value')
  return {
    rule: 'wrong-type',
    severity: 'error',
    message: 'this is not a declaration: fields are expected',
    remedy: 'begin with apiVersion: stowage.dev/v1alpha1 and kind: Storage',
    path: [],
    ...(position === undefined ? {} : { position }),
  }
}
