/**
 * Tabs as indentation: YAML refuses them and then misreads everything that follows. They are reported, and read as the
 * spaces that were probably meant, so that the rest of the file is checked as well.
 */
export interface Repaired {
  readonly text: string
  /** 1-based places of the first tab of each line that was repaired. */
  readonly tabs: readonly { readonly line: number; readonly column: number }[]
  /** What to add to a column of a line of `text` to get the column in the original. */
  readonly shift: (line: number) => number
}

export function repairTabs(text: string): Repaired {
  if (!/^ *\t/m.test(text)) return { text, tabs: [], shift: () => 0 }
  const tabs: { line: number; column: number }[] = []
  const shifts = new Map<number, number>()
  let previous = ''
  let blockIndent: number | undefined
  const lines = text.split('\n').map((line, index) => {
    const [, indent = '', rest = ''] = /^([ \t]*)(.*)$/s.exec(line) ?? []
    if (rest.trim() === '') return line
    if (blockIndent !== undefined && (indent.includes('\t') || indent.length > blockIndent)) return line
    blockIndent = /[|>][+-]?\d?[+-]?\s*(?:#.*)?$/.test(rest) ? indent.replaceAll('\t', '').length : undefined
    if (!indent.includes('\t')) {
      previous = line
      return line
    }
    const meant = meantIndent(previous, rest)
    tabs.push({ line: index + 1, column: indent.indexOf('\t') + 1 })
    shifts.set(index + 1, indent.length - meant.length)
    previous = meant + rest
    return previous
  })
  return { text: lines.join('\n'), tabs, shift: (line) => shifts.get(line) ?? 0 }
}

/** As deep as the line before, or deeper when that opened a map or list. */
function meantIndent(previous: string, rest: string): string {
  const [, indent = ''] = /^( *)/.exec(previous) ?? []
  const opens = /:\s*(?:#.*)?$/.test(previous)
  return opens ? `${indent}  ` : previous.trimStart().startsWith('- ') && !rest.startsWith('- ') ? `${indent}  ` : indent
}
