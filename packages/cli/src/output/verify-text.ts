/** What `verify` found, one line a class. */
import type { VerifyResult } from '@stowage/operations'
import pc from 'picocolors'

export function verifyText({ classes }: VerifyResult, color: boolean): string {
  const colors = pc.createColors(color)
  const paint = { passed: colors.green, failed: colors.red, skipped: colors.dim }
  const width = Math.max(0, ...classes.map((one) => one.class.length))
  const lines = classes.flatMap((one) => [
    `${paint[one.outcome](one.outcome.padEnd(7))}  ${one.class.padEnd(width)}  ${one.provisioner}  ${(one.elapsedMs / 1000).toFixed(1)} s  ${one.message}`,
    ...(one.left.length === 0 ? [] : [`         left: ${one.left.join(', ')}`, `         to delete it: ${one.cleanUpCommand}`]),
  ])
  return `${lines.join('\n')}\n`
}
