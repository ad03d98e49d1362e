import type { FileStat } from '@stowage/effects'
import type { Shell } from '../shell/shell.ts'

const kinds = { file: '-', directory: 'd', symlink: 'l', block: 'b', character: 'c', socket: 's', fifo: 'p' } as const

export function modeText(stat: FileStat): string {
  const bits = [6, 3, 0].map((shift) => {
    const three = (stat.mode >> shift) & 7
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${three & 1 ? 'x' : '-'}`
  })
  const special = (index: number, bit: number, letter: string): void => {
    const text = bits[index] ?? ''
    if (stat.mode & bit) bits[index] = text.slice(0, 2) + (text.endsWith('x') ? letter : letter.toUpperCase())
  }
  special(0, 0o4000, 's')
  special(1, 0o2000, 's')
  special(2, 0o1000, 't')
  return kinds[stat.kind] + bits.join('')
}

/** A line of busybox's `ls -l`. */
export async function longLine(name: string, stat: FileStat, shell: Shell, human: boolean, path = name): Promise<string> {
  const owner = (id: number): string => (id === 0 ? 'root' : String(id)).padEnd(8)
  const size = human ? humanSize(stat.size) : String(stat.size)
  const target = stat.kind === 'symlink' ? ` -> ${await shell.files.readlink(shell.path(path))}` : ''
  const links = stat.kind === 'directory' ? 2 : 1
  return `${modeText(stat)} ${String(links).padStart(4)} ${owner(stat.uid)} ${owner(stat.gid)} ${size.padStart(9)} ${dateText(stat.modifiedMs)} ${name}${target}\n`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function dateText(ms: number): string {
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${months[date.getUTCMonth()] ?? ''} ${String(date.getUTCDate()).padStart(2)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

/** One decimal and a unit, as busybox's df -h and ls -h write it. */
export function humanSize(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T', 'P']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return unit === 0 ? String(value) : `${value.toFixed(1)}${units[unit] ?? ''}`
}
