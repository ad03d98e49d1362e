import type { Status, StatusRow } from './status.ts'

interface Column {
  readonly title: string
  readonly wide?: boolean
  /** May be cut where the terminal is too narrow: what tells little first, what tells rows apart only when that was not enough. */
  readonly cut?: 'first' | 'last'
  cell(row: StatusRow): string
}

const unknown = '?'

const columns: readonly Column[] = [
  { title: 'CLAIM', cut: 'last', cell: ({ claim }) => claim },
  { title: 'CLASS', cut: 'last', cell: (row) => row.class },
  { title: 'SIZE', cell: ({ size }) => size },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'VOLUME', wide: true, cell: ({ volume }) => volume },
  { title: 'NODE', cell: ({ nodes }) => nodes?.join(',') ?? unknown },
  { title: 'ATTACHMENT', cell: ({ attachment }) => attachment ?? unknown },
  { title: 'USED BY', cut: 'first', cell: ({ usedBy }) => usedBy?.join(',') ?? unknown },
  { title: 'DISK', cut: 'first', cell: ({ handle }) => handle },
]

/** The rows as an aligned table, as kubectl prints them; `wide` adds the volume's name. `-` stands for nothing, `?` for not known. With `columns`, the longest cells are cut until a line fits, and end in `…`. */
export function statusTable({ rows }: Status, options: { readonly wide?: boolean; readonly headers?: boolean; readonly columns?: number } = {}): string {
  const shown = columns.filter(({ wide }) => wide !== true || options.wide === true)
  const lines = [...(options.headers === false ? [] : [shown.map(({ title }) => title)]), ...rows.map((row) => shown.map(({ cell }) => cell(row) || '-'))]
  const needed = shown.map((_, index) => Math.max(0, ...lines.map((line) => line[index]?.length ?? 0)))
  const whole = needed.reduce((sum, width) => sum + width, wideGap.length * (shown.length - 1))
  const gap = options.columns === undefined || whole <= options.columns ? wideGap : narrowGap
  const room = options.columns === undefined ? Infinity : options.columns - gap.length * (shown.length - 1)
  const cuttable = (when: Column['cut']): readonly boolean[] => shown.map(({ cut }) => cut === when)
  const widths = narrowed(narrowed(needed, cuttable('first'), room), cuttable('last'), room)
  return lines.map((line) => line.map((cell, index) => short(cell, widths[index] ?? 0).padEnd(index === line.length - 1 ? 0 : (widths[index] ?? 0))).join(gap)).join('\n')
}

const wideGap = '   '
const narrowGap = '  '
/** Narrower than this a cell says nothing any more. */
const narrowest = 10

/** Takes from the widest of the columns that may be cut until all of them fit, or none can give any more. */
function narrowed(needed: readonly number[], mayCut: readonly boolean[], room: number): readonly number[] {
  const widths = [...needed]
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over -= 1) {
    const widest = Math.max(...widths.filter((_, index) => mayCut[index] === true))
    if (widest <= narrowest) return widths
    widths[widths.findIndex((width, index) => mayCut[index] === true && width === widest)] = widest - 1
  }
  return widths
}

function short(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, width - 1)}…`
}

/** One line, then the problems and what is not known, one line each. */
export function statusSummary({ summary }: Status): string {
  const { claims, bound, volumes, attached, released, problems, unknown: notKnown } = summary
  const counts = `${bound} of ${claims} claims bound, ${volumes} ${volumes === 1 ? 'volume' : 'volumes'}, ${attached ?? unknown} attached, ${released} released with the disk kept`
  return [counts, ...problems.map((problem) => `problem: ${problem}`), ...notKnown.map((what) => `not known: ${what}`)].join('\n')
}
