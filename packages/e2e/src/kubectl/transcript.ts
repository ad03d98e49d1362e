/**
 * A transcript: commands and what they print, as one would see in a terminal.
 *
 *     # why this is asked
 *     $ kubectl get pvc data
 *     NAME   STATUS   …
 *     [exit 1]
 */
export interface Exchange {
  /** Comment lines before it, without `# `. */
  readonly comment: readonly string[]
  readonly command: string
  /** Lines printed, stdout then stderr. */
  readonly output: readonly string[]
  readonly exitCode: number
}

export function parseTranscript(text: string): readonly Exchange[] {
  const exchanges: { comment: string[]; command: string; output: string[]; exitCode: number }[] = []
  let comment: string[] = []
  for (const line of text.split('\n')) {
    const last = exchanges.at(-1)
    if (line.startsWith('# ')) comment.push(line.slice(2))
    else if (line.startsWith('$ ')) {
      exchanges.push({ comment, command: line.slice(2), output: [], exitCode: 0 })
      comment = []
    } else if (last !== undefined && comment.length === 0) {
      const exit = /^\[exit (\d+)\]$/.exec(line)
      if (exit === null) last.output.push(line)
      else last.exitCode = Number(exit[1])
    }
  }
  return exchanges.map((exchange) => ({ ...exchange, output: withoutBlankEnd(exchange.output) }))
}

export function printTranscript(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ comment, command, output, exitCode }) => [...comment.map((line) => `# ${line}`), `$ ${command}`, ...output, ...(exitCode === 0 ? [] : [`[exit ${exitCode}]`]), ''].join('\n'))
    .join('\n')
}

export function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  const end = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(0, end + 1)
}

/** Splits a command line: blanks, single and double quotes; nothing is expanded. */
export function wordsOf(command: string): readonly string[] {
  const words: string[] = []
  for (const [, single, double, bare] of command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) words.push(single ?? double ?? bare ?? '')
  return words
}

/** What two right runs differ in: ids, ages, times, addresses, which node, random suffixes; and runs of blanks, which follow from them. */
export function normaliseLine(line: string): string {
  return line
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/\bcsi-[0-9a-f]{64}\b/g, 'csi-HASH')
    .replaceAll(/\b(postgres|log-processor)-[a-z0-9]{8,10}(-[a-z0-9]{5})?\b/g, '$1-HASH')
    .replaceAll(/\bk[1234]\b/g, 'NODE')
    .replaceAll(/\bpve[12]\b/g, 'ZONE')
    .replaceAll(/\b(10\.(?:244|250|96)\.\d+\.\d+)\b/g, 'ADDRESS')
    .replaceAll(/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME')
    .replaceAll(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/(?<=\s|\()(\d+d)?(\d+h)?(\d+m)?(\d+s)(?=\s|$|\))/g, 'AGE')
    .replaceAll(/\(x\d+ over AGE\)/g, '')
    .replaceAll(/resourceVersion: "?\d+"?/g, 'resourceVersion: N')
    .replaceAll(/\s+/g, ' ')
    .trimEnd()
}
