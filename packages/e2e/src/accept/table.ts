/** What the rig prints. */
export interface Line {
  readonly ok: boolean
  /** Name of a declaration, or `control`. */
  readonly declaration: string
  readonly of: string
  readonly command: string
  readonly said: string
  readonly parsedOnly?: true
}

/** One line for each, columns as wide as they must be; what a tool said against it stands below its line. */
export function table(lines: readonly Line[]): string {
  const width = (column: 'declaration' | 'of' | 'command'): number => Math.max(0, ...lines.map((line) => line[column].length))
  const [declaration, of, command] = [width('declaration'), width('of'), width('command')]
  return lines
    .map((line) => {
      const head = `${line.ok ? 'ok    ' : 'FAILED'}  ${line.declaration.padEnd(declaration)}  ${line.of.padEnd(of)}  ${line.command.padEnd(command)}`
      const note = line.parsedOnly === true ? 'parsed only: ' : ''
      return line.ok ? `${head}  ${note}${line.said}` : `${head.trimEnd()}\n${line.said.replaceAll(/^/gm, '        ')}`
    })
    .join('\n')
}

/** Each command once, with what its acceptance leaves open. */
export function notes(rows: readonly { readonly command: string; readonly unproved?: string }[]): string {
  const open = new Map(rows.flatMap(({ command, unproved }) => (unproved === undefined ? [] : [[command, unproved] as const])))
  return [...open].map(([command, unproved]) => `  ${command}: ${unproved}`).join('\n')
}

/** The last line of every rig. */
export function sum(lines: readonly Line[]): string {
  const failed = lines.filter(({ ok }) => !ok).length
  return `${lines.length - failed} passed, ${failed} failed`
}
