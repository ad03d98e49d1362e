/** docs/reference/findings.md, made from the catalogue that \`stowage explain\` reads. */
import { ruleExplanations } from '@stowage/module/checks/rules'
import { generatedNote } from './markdown.ts'

export function findingsPage(): string {
  const sections = Object.entries(ruleExplanations)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([rule, { means, why, fix }]) => `## ${rule}\n\n${means}\n\n- Why: ${why}\n- Do: ${fix}\n`)
  return `# Findings of \`stowage check\`

${generatedNote('packages/module/src/checks/rules.ts')}

Every finding names its rule. \`stowage explain <rule>\` says the same as this page.

${sections.join('\n')}`
}
