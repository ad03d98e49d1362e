import type { Status, StatusRow } from './status.ts'

interface Column {
  readonly title: string
  readonly wide?: boolean
  cell(row: StatusRow): string
}

const unknown = '?'

const columns: readonly Column[] = [
  { title: 'CLAIM', cell: ({ claim }) => claim },
  { title: 'CLASS', cell: (row) => row.class },
  { title: 'SIZE', cell: ({ size }) => size },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'VOLUME', wide: true, cell: ({ volume }) => volume },
  { title: 'NODE', cell: ({ nodes }) => nodes?.join(',') ?? unknown },
  { title: 'ATTACHMENT', cell: ({ attachment }) => attachment ?? unknown },
  { title: 'USED BY', cell: ({ usedBy }) => usedBy?.join(',') ?? unknown },
  { title: 'DISK', cell: ({ handle }) => handle },
]

/** The rows as an aligned table, as kubectl prints them; `wide` adds the volume's name. `-` stands for nothing, `?` for not known. */
export function statusTable({ rows }: Status, options: { readonly wide?: boolean; readonly headers?: boolean } = {}): string {
  const shown = columns.filter(({ wide }) => wide !== true || options.wide === true)
  const lines = [...(options.headers === false ? [] : [shown.map(({ title }) => title)]), ...rows.map((row) => shown.map(({ cell }) => cell(row) || '-'))]
  const widths = shown.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  return lines.map((line) => line.map((cell, index) => (index === line.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('   ')).join('\n')
}

/** One line, then the problems and what is not known, one line each. */
export function statusSummary({ summary }: Status): string {
  const { claims, bound, volumes, attached, released, problems, unknown: notKnown } = summary
  const counts = `${bound} of ${claims} claims bound, ${volumes} volumes, ${attached ?? unknown} attached, ${released} released with their disks kept`
  return [counts, ...problems.map((problem) => `problem: ${problem}`), ...notKnown.map((what) => `not known: ${what}`)].join('\n')
}
