/** Steps as they happen, one line each, for stderr. */
import type { StepEvent, StepState } from '@stowage/operations'
import pc from 'picocolors'

const shown: Readonly<Partial<Record<StepState, string>>> = { waiting: 'waits', changed: 'changed', unchanged: 'ok', blocked: 'blocked', failed: 'failed', skipped: 'would do' }

/** undefined for events that are not worth a line. */
export function stepText({ state, title, message, elapsedMs }: StepEvent, color: boolean): string | undefined {
  const word = state === 'unchanged' && message.startsWith('not tried') ? 'skipped' : shown[state]
  if (word === undefined || (state === 'waiting' && message === '')) return undefined
  const colors = pc.createColors(color)
  const paint = state === 'failed' || state === 'blocked' ? colors.red : state === 'changed' ? colors.green : colors.dim
  return `${paint(word.padEnd(9))} ${title}${message === '' ? '' : colors.dim(`  ${message}`)}${elapsedMs < 1000 ? '' : colors.dim(` (${(elapsedMs / 1000).toFixed(1)} s)`)}\n`
}
