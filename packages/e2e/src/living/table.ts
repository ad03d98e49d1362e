/** What the rig prints: a line for each declaration, a column for each step. */
export interface Cell {
  readonly declaration: string
  readonly step: string
  readonly ok: boolean
  readonly said: string
}

/** `-`: the step does not apply. What failed is told in full below. */
export function table(cells: readonly Cell[], columns: readonly string[]): string {
  const rows = [...new Set(cells.map(({ declaration }) => declaration))]
  const texts = [['', ...columns], ...rows.map((row) => [row, ...columns.map((column) => textOf(cells.find(({ declaration, step }) => declaration === row && step === column)))])]
  const widths = ['', ...columns].map((_, index) => Math.max(...texts.map((line) => line[index]?.length ?? 0)))
  const lines = texts.map((line) => line.map((text, index) => text.padEnd(widths[index] ?? 0)).join('  ').trimEnd())
  const failed = cells.filter(({ ok }) => !ok).map(({ declaration, step, said }) => `FAILED  ${declaration}, ${step}\n${said.replaceAll(/^/gm, '        ')}`)
  return [...lines, ...failed].join('\n')
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined ? '-' : cell.ok ? `ok, ${cell.said}` : 'FAILED'
}

/** The last line of every rig. */
export function sum(cells: readonly Cell[]): string {
  const failed = cells.filter(({ ok }) => !ok).length
  return `${cells.length - failed} passed, ${failed} failed`
}
