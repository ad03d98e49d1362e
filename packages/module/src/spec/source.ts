/** A YAML or JSON text as a plain tree that knows where everything stands. */
import type { Finding, SourcePosition } from '@stowage/core'
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document, type Node, type Pair } from 'yaml'
import { parseQuickly } from './quick-source.ts'
import { repairTabs, type Repaired } from './tabs.ts'

export type Path = readonly (string | number)[]

/** Finds the place of a path; `key` points at the key, `value` at what it holds. Falls back to the nearest parent that is there. */
export type Locate = (path: Path, what: 'key' | 'value') => SourcePosition | undefined

export interface SourceDocument {
  readonly value: unknown
  readonly locate: Locate
}

export interface ParsedSource {
  readonly documents: readonly SourceDocument[]
  /** What keeps the text from being YAML at all, and keys given twice. */
  readonly findings: readonly Finding[]
}

/** Which of two entries of the same name is read; both have to be looked at, so that neither hides the other's faults. */
export type Keep = 'first' | 'last'

/** Reads every document of the text. A text with faults is read as far as it can be understood, so that all its faults are found at once. */
export function parseSource(text: string, file: string, keep: Keep): ParsedSource {
  const values = text.length < worthReadingQuickly ? undefined : parseQuickly(text)
  return values === undefined ? parseWithPlaces(text, file, keep) : { documents: placedLater(values, text, file, keep), findings: [] }
}

/** Characters from which on the slower parser is noticed. */
const worthReadingQuickly = 20_000

/** Places are looked up in the text only when there is something to point at. */
function placedLater(values: readonly unknown[], text: string, file: string, keep: Keep): readonly SourceDocument[] {
  let whole: readonly SourceDocument[] | undefined
  let short: readonly SourceDocument[] | undefined
  return values.map((value, index) => ({
    value,
    locate: (path, what) => {
      if (path[0] === 'spec' && path[1] !== undefined && path[1] !== 'volumes') {
        short ??= parseWithPlaces(withoutVolumes(text), file, keep).documents
        return short[index]?.locate(path, what)
      }
      whole ??= parseWithPlaces(text, file, keep).documents
      return whole[index]?.locate(path, what)
    },
  }))
}

/**
 * The text with the lines below `volumes:` made empty: thousands of volumes need not be read again to find a class. Every
 * other line stays where it is. Only for block style, which is all that a long declaration is written in; in any other the
 * text stays whole.
 */
function withoutVolumes(text: string): string {
  return text.replaceAll(/^( +)volumes:[ ]*(?:#.*)?\r?\n(?:(?:\1 .*|[ ]*(?:#.*)?)\r?\n)*/gm, (section) => {
    const end = section.indexOf('\n')
    return `${section.slice(0, end)}${section.slice(end).replaceAll(/[^\r\n]/g, '')}`
  })
}

function parseWithPlaces(text: string, file: string, keep: Keep): ParsedSource {
  const repaired = repairTabs(text)
  const counter = new LineCounter()
  const documents = [...parseAllDocuments(repaired.text, { lineCounter: counter, prettyErrors: false, version: '1.2', logLevel: 'silent', uniqueKeys: false })]
  const at = (offset: number): SourcePosition => positionAt(counter, repaired, file, offset)
  const findings = documents.flatMap((document) => document.errors.map(({ message, pos }) => syntaxFinding(message, at(pos[0]))))
  const repeated = documents.flatMap((document) => leaveOne(document.contents, keep, at))
  const tabs = repaired.tabs.map(({ line, column }) => tabFinding({ file, line, column }))
  const read = documents.filter(({ contents }) => contents !== null).map((document) => ({ ...plain(document, at), locate: locator(document, at) }))
  return {
    documents: read.map(({ value, locate }) => ({ value, locate })),
    findings: [...tabs, ...findings, ...repeated, ...read.flatMap((document) => document.findings)],
  }
}

/** Leaves one of the entries that have the same name, and reports the later ones. The parser's own check takes the square of the entries. */
function leaveOne(node: unknown, keep: Keep, at: (offset: number) => SourcePosition, path: Path = []): readonly Finding[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => leaveOne(item, keep, at, [...path, index]))
  if (!isMap(node)) return []
  const named = new Map<unknown, Pair>()
  const repeated: Finding[] = []
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : pair
    if (typeof name === 'string' && named.has(name)) repeated.push(givenTwice([...path, name], at(offsetOf(pair.key) ?? 0)))
    if (keep === 'last' || !named.has(name)) named.set(name, pair)
  }
  if (repeated.length > 0) node.items = [...named.values()]
  return [...repeated, ...[...named].flatMap(([name, { value }]) => (isScalar(value) ? [] : leaveOne(value, keep, at, [...path, String(name)])))]
}

function givenTwice(path: Path, position: SourcePosition): Finding {
  const message = `${JSON.stringify(path.at(-1))} is given twice in the same place; one of the two would be lost`
  return { rule: 'duplicate-name', severity: 'error', message, remedy: 'rename one or remove it', path, position }
}

/** An alias without its anchor is no error of the parser: it fails when the tree is made plain. */
function plain(document: Document, at: (offset: number) => SourcePosition): { readonly value: unknown; readonly findings: readonly Finding[] } {
  try {
    return { value: document.toJS({ maxAliasCount: 1000 }), findings: [] }
  } catch {
    return { value: undefined, findings: aliasFindings(document, at) }
  }
}

function aliasFindings(document: Document, at: (offset: number) => SourcePosition): readonly Finding[] {
  const found: Finding[] = []
  const fault = (message: string, offset: number): void => void found.push({ rule: 'yaml-syntax', severity: 'error', message: `this is not YAML: ${message}`, remedy: 'correct the syntax', path: [], position: at(offset) })
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) fault(`nothing before it has the anchor &${alias.source}`, alias.range?.[0] ?? 0)
    },
  })
  if (found.length === 0) fault('its aliases stand for too much', offsetOf(document.contents) ?? 0)
  return found
}

function positionAt(counter: LineCounter, { shift }: Repaired, file: string, offset: number): SourcePosition {
  const { line, col } = counter.linePos(offset)
  return { file, line, column: Math.max(1, col + shift(line)) }
}

function tabFinding(position: SourcePosition): Finding {
  return { rule: 'yaml-tab', severity: 'error', message: 'a tab indents this line; YAML allows only spaces there', remedy: 'replace the tab by spaces', path: [], position }
}

function syntaxFinding(message: string, position: SourcePosition): Finding {
  return { rule: 'yaml-syntax', severity: 'error', message: `this is not YAML: ${firstLine(message)}`, remedy: 'correct the syntax', path: [], position }
}

function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? message
  return line.charAt(0).toLowerCase() + line.slice(1)
}

function locator(document: Document, at: (offset: number) => SourcePosition): Locate {
  return (path, what) => {
    let node: unknown = document.contents
    let start = offsetOf(node) ?? 0
    for (const [index, part] of path.entries()) {
      const step = stepInto(node, part)
      if (step === undefined) return at(start)
      const last = index === path.length - 1
      start = (last && what === 'value' ? offsetOf(step.value) : step.keyStart) ?? step.keyStart ?? start
      node = step.value
    }
    return at(start)
  }
}

function stepInto(node: unknown, part: string | number): { readonly value: unknown; readonly keyStart: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
    return pair && { value: pair.value, keyStart: offsetOf(pair.key) }
  }
  if (!isSeq(node)) return undefined
  const value = node.items[Number(part)]
  return value === undefined ? undefined : { value, keyStart: offsetOf(value) }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value
}
