/** blkid(8) in low-level probing. Its exit code 2 means blank, missing or unreadable alike (measured), so it proves nothing alone. */
import { programError, runProgram, timeouts, type Host } from './program.ts'

export type Probe =
  /** A filesystem, swap, RAID or LVM member, …: `type` and `usage` as blkid names them. */
  | { readonly found: 'signature'; readonly type: string; readonly usage: string; readonly uuid?: string }
  | { readonly found: 'partitions'; readonly table: string }
  /** Several signatures that contradict each other (exit 8). */
  | { readonly found: 'ambiguous' }
  /** Exit 2: nothing was recognised, or nothing could be read. */
  | { readonly found: 'nothing-recognised' }

export async function probeDevice(host: Host, device: string): Promise<Probe> {
  const args = ['-p', '-o', 'export', device]
  const result = await runProgram(host, 'blkid', args, timeouts.probe)
  if (result.exitCode === 2) return { found: 'nothing-recognised' }
  if (result.exitCode === 8) return { found: 'ambiguous' }
  if (result.exitCode !== 0) throw programError('blkid', args, result)
  return readProbe(parseBlkidExport(result.stdout))
}

function readProbe(values: ReadonlyMap<string, string>): Probe {
  const [type, uuid, table] = [values.get('TYPE'), values.get('UUID'), values.get('PTTYPE')]
  if (type !== undefined) return { found: 'signature', type, usage: values.get('USAGE') ?? 'unknown', ...(uuid === undefined ? {} : { uuid }) }
  return table === undefined ? { found: 'ambiguous' } : { found: 'partitions', table }
}

/** `KEY=value` lines; in values `\` quotes the next character. */
export function parseBlkidExport(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1).replaceAll(/\\(.)/g, '$1'))
  }
  return values
}

/** For sentences: `ext4`, `a partition table (gpt)`, … */
export function describeProbe(probe: Probe): string {
  switch (probe.found) {
    case 'signature':
      return probe.usage === 'filesystem' ? probe.type : `${probe.type} (${probe.usage})`
    case 'partitions':
      return `a partition table (${probe.table})`
    case 'ambiguous':
      return 'several signatures that contradict each other'
    case 'nothing-recognised':
      return 'nothing that blkid knows'
  }
}
