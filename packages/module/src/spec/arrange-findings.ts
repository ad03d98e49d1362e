/** Findings as a person reads them: each once, at its place in the text, in the order of the text. */
import type { Finding } from '@stowage/core'
import type { Locate } from './source.ts'

/** What follows a syntax fault was probably misread; its findings would lead astray. Tabs and names given twice were understood. */
export function beforeTheFirstSyntaxFault(findings: readonly Finding[]): readonly Finding[] {
  const broken = new Map<string, number>()
  for (const { rule, position } of findings) {
    if (rule === 'yaml-syntax' && position !== undefined) broken.set(position.file, Math.min(position.line, broken.get(position.file) ?? position.line))
  }
  if (broken.size === 0) return findings
  return findings.filter(({ rule, position }) => rule.startsWith('yaml-') || (rule !== 'missing-field' && position !== undefined && position.line < (broken.get(position.file) ?? Number.POSITIVE_INFINITY)))
}

/** Both, each once. */
export function union(some: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const identity = ({ rule, message, position }: Finding): string => JSON.stringify([rule, message, position])
  return [...new Map([...some, ...others].map((finding) => [identity(finding), finding])).values()]
}

/** A secret is named once, whatever else is wrong with the key that it stands under, and so is every other fault. */
export function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const secrets = new Set(findings.filter(({ rule }) => rule === 'secret-in-text').map(({ path }) => path.join('\0')))
  const seen = new Set<string>()
  return findings.filter(({ rule, path }) => {
    const place = path.join('\0')
    if (rule !== 'secret-in-text' && secrets.has(place)) return false
    const known = seen.has(`${rule}\0${place}`)
    seen.add(`${rule}\0${place}`)
    return !known
  })
}

const atTheKey = new Set(['unknown-key', 'duplicate-name', 'invalid-name', 'secret-in-text', 'foreign-parameter', 'foreign-field'])

/** With its place in the text, where there is one. */
export function placed(finding: Finding, locate: Locate): Finding {
  const position = locate(finding.path, atTheKey.has(finding.rule) ? 'key' : 'value')
  return position === undefined ? finding : { ...finding, position }
}

/** As the files were named, and within one as it is read. What has no place comes last. */
export function inOrder(findings: readonly Finding[], sources: readonly { readonly file: string }[]): readonly Finding[] {
  const files = sources.map(({ file }) => file)
  const rank = ({ position }: Finding): readonly number[] =>
    position === undefined ? [files.length, 0, 0] : [files.indexOf(position.file), position.line, position.column]
  return findings
    .map((finding) => ({ finding, rank: rank(finding) }))
    .toSorted((a, b) => a.rank.reduce((order, part, index) => order || part - (b.rank[index] ?? 0), 0))
    .map(({ finding }) => finding)
}
