/** Findings for people: one line that editors can jump to, and below it what to write. */
import { formatPath, type Finding, type Severity } from '@stowage/core'
import pc from 'picocolors'

export function findingsText(findings: readonly Finding[], color: boolean): string {
  const colors = pc.createColors(color)
  const paint: Readonly<Record<Severity, (text: string) => string>> = { error: colors.red, warning: colors.yellow, info: colors.cyan }
  return findings
    .map(({ rule, severity, message, remedy, path, position }) => {
      const place = position === undefined ? formatPath(path) : `${position.file}:${position.line}:${position.column}`
      const line = `${colors.bold(place)}: ${paint[severity](severity)}: ${message} ${colors.dim(`[${rule}]`)}\n`
      return remedy === undefined ? line : `${line}    ${colors.dim('→')} ${remedy}\n`
    })
    .join('')
}

/** `12 errors and 1 warning`. */
export function countText(findings: readonly Finding[]): string {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length
  const parts = [plural(count('error'), 'error'), plural(count('warning'), 'warning'), plural(count('info'), 'note')].filter((part) => part !== undefined)
  return parts.length === 0 ? 'no findings' : parts.join(' and ')
}

function plural(count: number, word: string): string | undefined {
  return count === 0 ? undefined : `${count} ${word}${count === 1 ? '' : 's'}`
}

/** As data: the path as one text, the place flat. */
export function findingJson({ rule, severity, message, remedy, path, position, object, verdict, deciding }: Finding): object {
  const proof = { ...(object === undefined ? {} : { object }), ...(verdict === undefined ? {} : { verdict }), ...(deciding === undefined ? {} : { deciding }) }
  return { rule, severity, message, ...(remedy === undefined ? {} : { remedy }), ...proof, path: formatPath(path), ...position }
}
