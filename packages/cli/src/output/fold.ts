/** Long lines for a terminal: broken between words, and continued below the text they belong to. */
import { stripVTControlCharacters } from 'node:util'

/** As it is when `columns` is undefined, for a pipe or a file. Colours take no room. */
export function fold(text: string, columns: number | undefined): string {
  if (columns === undefined) return text
  return text.split('\n').map((line) => foldLine(line, columns)).join('\n')
}

function foldLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  if (plain.length <= columns) return line
  const indent = ' '.repeat(indentOf(plain, columns))
  const [first = '', ...words] = line.split(' ')
  const lines: string[] = []
  let current = first
  for (const word of words) {
    const longer = `${current} ${word}`
    const fits = lengthOf(longer) <= columns || stripVTControlCharacters(current).trim() === ''
    if (!fits) lines.push(current.trimEnd())
    current = fits ? longer : indent + word
  }
  return [...lines, current].join('\n')
}

/** Where the last column of the line begins; four for a line without columns. */
function indentOf(plain: string, columns: number): number {
  const begins = [...plain.matchAll(/(?:^| ) +(?:[·✔⊘✘] )?(?=\S)/gu)].map(({ index, 0: gap }) => index + gap.length)
  return begins.findLast((begin) => begin <= columns * 0.6) ?? 4
}

function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
