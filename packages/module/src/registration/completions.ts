/** What is said of a declaration in which some values are not known: what holds whatever they will be, and what depends on one. */
import { formatPath, type Finding } from '@stowage/core'
import type { Leaf, Path } from '../inputs/leaves.ts'
import type { ReadDeclaration } from '../spec/read.ts'
import { replacedAt } from '../spec/value-at.ts'

export function completed(tree: unknown, leaves: readonly Leaf[], origin: (path: Path) => Path, read: (tree: unknown) => ReadDeclaration): ReadDeclaration {
  const base = read(tree)
  const findings = new Map(base.findings.map((finding) => [identityOf(finding), ofText(finding, leaves, origin)]))
  for (const leaf of leaves) {
    for (const value of leaf.others) {
      const other = read(replacedAt(tree, leaf.path, value)).findings
      const identities = new Set(other.map(identityOf))
      for (const finding of other) if (!findings.has(identityOf(finding))) findings.set(identityOf(finding), dependsOn(leaf, finding, origin))
      for (const finding of base.findings) if (!identities.has(identityOf(finding))) findings.set(identityOf(finding), dependsOn(leaf, finding, origin))
    }
  }
  // Where the stand-in itself is refused, nothing can be planned: then it stays a fault, and the value must be plain.
  const said = base.spec === undefined && [...findings.values()].every(({ severity }) => severity !== 'error') ? base.findings.map((finding) => mustBePlain(finding, leaves, origin)) : [...findings.values()]
  return { ...base, findings: said }
}

function identityOf({ rule, path, object }: Finding): string {
  return JSON.stringify([rule, path, object])
}

/** True for some of the values that it may have. */
function dependsOn(leaf: Leaf, finding: Finding, origin: (path: Path) => Path): Finding {
  const name = formatPath(origin(leaf.path))
  return { ...finding, severity: 'warning', verdict: 'unknown', message: `not known before ${name} is; of some values this is said: ${finding.message}`, deciding: [...(finding.deciding ?? []), name] }
}

function mustBePlain(finding: Finding, leaves: readonly Leaf[], origin: (path: Path) => Path): Finding {
  const said = ofText(finding, leaves, origin)
  return finding.severity === 'error' ? { ...said, severity: 'error', remedy: 'write a plain value there' } : said
}

/** A finding about a text that only stands in for another says nothing yet. */
function ofText(finding: Finding, leaves: readonly Leaf[], origin: (path: Path) => Path): Finding {
  let said = finding
  for (const leaf of leaves) {
    const { standIn } = leaf
    if (!leaf.text || typeof standIn !== 'string' || ![finding.message, finding.remedy].some((text) => text?.includes(standIn))) continue
    const name = formatPath(origin(leaf.path))
    const withName = (text: string): string => text.replaceAll(JSON.stringify(standIn), `the value of ${name}`).replaceAll(standIn, `the value of ${name}`)
    said = { ...dependsOn(leaf, said, origin), message: `not known before ${name} is; of some values this is said: ${withName(said.message)}`, ...(said.remedy === undefined ? {} : { remedy: withName(said.remedy) }) }
  }
  return said
}
