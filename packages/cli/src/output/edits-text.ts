/** Edits that would make a declaration work: for people one beneath the other, for programs as steps. */
import { formatPath } from '@stowage/core'
import type { Edit } from '@stowage/module/checks/feasibility/edits/edit'
import pc from 'picocolors'

/** Empty when there is none. */
export function editsText(edits: readonly Edit[], color: boolean): string {
  if (edits.length === 0) return ''
  const colors = pc.createColors(color)
  const lines = edits.map(({ text, cost }, index) => `  ${index + 1}. ${text}${cost === undefined ? '' : `\n     ${colors.dim(`(${cost})`)}`}\n`)
  return `\n${colors.bold(edits.length === 1 ? 'It would work with this edit:' : 'It would work with any one of these edits, the smallest and safest first:')}\n${lines.join('')}`
}

export function editJson({ text, cost, steps }: Edit): object {
  return { text, ...(cost === undefined ? {} : { cost }), steps: steps.map((step) => ({ path: formatPath(step.path), ...('value' in step ? { value: step.value } : { remove: true }) })) }
}
