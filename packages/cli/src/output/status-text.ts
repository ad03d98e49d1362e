/** Status for people: the table, and below it the counts and what is wrong. */
import { statusSummary, statusTable } from '@stowage/operations'
import type { Status } from '@stowage/operations'
import pc from 'picocolors'

export function statusText(status: Status, color: boolean, wide = false): string {
  const colors = pc.createColors(color)
  const [heading = '', ...rows] = statusTable(status, { wide }).split('\n')
  const summary = statusSummary(status)
    .split('\n')
    .map((line) => (line.startsWith('problem: ') ? colors.yellow(line) : line))
  return `${[colors.bold(heading), ...rows, '', ...summary].join('\n')}\n`
}
