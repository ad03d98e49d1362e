/** What `stowage explain` says, for people. */
import pc from 'picocolors'

export interface Explained {
  readonly rule?: string
  readonly means?: string
  readonly why?: string
  readonly fix?: string
  readonly rules?: readonly { readonly rule: string; readonly means: string }[]
  readonly field?: string
  readonly type?: string
  readonly required?: boolean
  readonly description?: string
  readonly fields?: readonly { readonly name: string; readonly type: string; readonly required: boolean; readonly description?: string }[]
}

export function explanationText(explained: Explained, color: boolean): string {
  const colors = pc.createColors(color)
  const title = explained.rule ?? explained.field
  const lines = [
    ...(title === undefined || title === '' ? [] : [colors.bold(title) + (explained.type === undefined ? '' : `  ${colors.dim(`${explained.type}${explained.required === true ? ', required' : ''}`)}`)]),
    ...[explained.means, explained.description].filter((text) => text !== undefined).map((text) => `  ${text}`),
    ...(explained.why === undefined ? [] : [`  Why: ${explained.why}`]),
    ...(explained.fix === undefined ? [] : [`  Do: ${explained.fix}`]),
    ...table('Fields', explained.fields?.map(({ name, type, required, description = '' }) => [`${name}${required ? '*' : ''}`, `${description}${short(type)}`]), colors.bold),
    ...table('Rules', explained.rules?.map(({ rule, means }) => [rule, means]), colors.bold),
  ]
  return `${lines.join('\n')}\n`
}

function short(type: string): string {
  return type === 'object' || type.length > 60 ? '' : ` (${type})`
}

function table(title: string, rows: readonly (readonly [string, string])[] | undefined, bold: (text: string) => string): readonly string[] {
  if (rows === undefined || rows.length === 0) return []
  const width = Math.max(...rows.map(([name]) => name.length))
  return ['', `${bold(title)}${title === 'Fields' ? ' (* required)' : ''}`, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)]
}
