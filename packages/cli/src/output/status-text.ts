/** Status for people: the table, and below it the counts and what is wrong. */
import { statusSummary, statusTable } from '@stowage/operations'
import type { Status } from '@stowage/operations'
import pc from 'picocolors'
import { fold } from './fold.ts'
import type { Terminal } from './terminal.ts'

/** On a terminal too narrow for the table its longest cells are cut; `wide` cuts nothing. */
export function statusText(status: Status, { color, columns }: Pick<Terminal, 'color' | 'columns'>, wide = false): string {
  const colors = pc.createColors(color)
  const [heading = '', ...rows] = statusTable(status, { wide, ...(columns !== undefined && !wide && { columns }) }).split('\n')
  const summary = statusSummary(status)
    .split('\n')
    .map((line) => fold(line.startsWith('problem: ') ? colors.yellow(line) : line, columns))
  return `${[colors.bold(heading), ...rows, '', ...summary].join('\n')}\n`
}
