/** Reads files of facts: every fault of them at once, each with its place. */
import type { Finding } from '@stowage/core'
import { didYouMean } from '@stowage/core'
import { issueToFindings } from '../spec/issue-to-finding.ts'
import type { SourceText } from '../spec/read.ts'
import { factProperties, factsFileSchema } from '../spec/schema/facts.ts'
import { parseSource, type SourceDocument } from '../spec/source.ts'
import type { Fact, Facts } from './facts.ts'
import { factsFromWritten } from './written-facts.ts'

export interface ReadFacts {
  /** What could be read; complete when no finding is an error. */
  readonly facts: Facts
  readonly findings: readonly Finding[]
  /** A text is not YAML. */
  readonly unparsable: boolean
}

/** Reads texts of `kind: Facts`, each with one or more documents. */
export function readFacts(sources: readonly SourceText[]): ReadFacts {
  const read = sources.map(readSource)
  return {
    facts: read.flatMap(({ facts }) => facts),
    findings: read.flatMap(({ findings }) => findings),
    unparsable: read.some(({ unparsable }) => unparsable),
  }
}

function readSource({ file, text }: SourceText): ReadFacts {
  const { documents, findings } = parseSource(text, file, 'first')
  const read = documents.map((document) => readDocument(document, file))
  const nothing: readonly Finding[] = documents.length === 0 && findings.length === 0 ? [emptyFile(file)] : []
  return {
    facts: read.flatMap(({ facts }) => facts),
    findings: [...findings, ...nothing, ...read.flatMap((one) => one.findings)],
    unparsable: findings.some(({ rule }) => rule.startsWith('yaml-')),
  }
}

function readDocument({ value, locate }: SourceDocument, file: string): Pick<ReadFacts, 'facts' | 'findings'> {
  const parsed = factsFileSchema.safeParse(value)
  const placed = (finding: Finding): Finding => {
    const position = locate(finding.path, finding.rule === 'unknown-key' || finding.rule === 'unknown-fact' ? 'key' : 'value')
    return position === undefined ? finding : { ...finding, position }
  }
  if (!parsed.success) return { facts: [], findings: parsed.error.issues.flatMap((issue) => issueToFindings(issue, value, factsFileSchema)).map(placed) }
  const { seen = [], cluster, nodes, time } = parsed.data
  const at = { ...(time === undefined ? {} : { time }) }
  const written = factsFromWritten({ ...(cluster === undefined ? {} : { cluster }), ...(nodes === undefined ? {} : { nodes }) }, (path) => {
    const line = locate(path, 'key')?.line
    return { source: { kind: 'file', name: line === undefined ? file : `${file}:${line}` }, ...at }
  })
  const each = seen.map((fact): Fact => ({ object: fact.object, property: fact.property, value: fact.value, source: fact.source, ...(fact.time === undefined ? {} : { time: fact.time }) }))
  return { facts: [...written, ...each], findings: each.flatMap(faultsOf).map(placed) }
}

/** A property that nothing reads would be a fact that settles nothing. */
function faultsOf({ object, property, value }: Fact, index: number): readonly Finding[] {
  const kind = object === 'cluster' ? 'cluster' : object.startsWith('node/') ? 'node' : 'device'
  const known: Readonly<Record<string, string>> = factProperties[kind]
  const wanted = Object.hasOwn(known, property) ? known[property] : undefined
  if (wanted === undefined) {
    return [{ rule: 'unknown-fact', severity: 'error', message: `${JSON.stringify(property)} is not a property of a ${kind}`, remedy: didYouMean(property, Object.keys(known)), path: ['seen', index, 'property'] }]
  }
  if (typeof value === wanted) return []
  return [{ rule: 'wrong-type', severity: 'error', message: `${property} of ${object} is ${JSON.stringify(value)}, not a ${wanted}`, remedy: `write a ${wanted}`, path: ['seen', index, 'value'] }]
}

function emptyFile(file: string): Finding {
  return { rule: 'empty', severity: 'error', message: 'there are no facts in it', remedy: 'begin with apiVersion: stowage.dev/v1alpha1 and kind: Facts, or write one with stowage facts', path: [], position: { file, line: 1, column: 1 } }
}
