/** The mount table that an unprivileged container sees: its root, its mounts, and nothing of the machine's. */
import type { Files } from '@stowage/effects'
import type { Mount } from './container-view.ts'

interface Line {
  readonly device: string
  readonly target: string
  readonly options: string
  readonly type: string
  readonly source: string
  readonly superOptions: string
}

const tables = new Set(['/proc/self/mountinfo', '/proc/1/mountinfo', '/proc/mounts', '/proc/self/mounts'])

/** `files` of the container, whose mount table is made from the machine's. */
export function withOwnMountTable<F extends Files>(files: F, mounts: readonly Mount[]): F {
  const table = async (path: string): Promise<string> => {
    const machine = (await files.readText('/proc/self/mountinfo')).split('\n').filter((line) => line !== '').map(parse)
    return (path.endsWith('mountinfo') ? mountinfo : mtab)(linesOf(machine, mounts))
  }
  return {
    ...files,
    readText: (path: string) => (tables.has(path) ? table(path) : files.readText(path)),
    read: async (path: string) => (tables.has(path) ? new TextEncoder().encode(await table(path)) : files.read(path)),
  }
}

function parse(line: string): Line {
  const [left = '', right = ''] = line.split(' - ')
  const [, , device = '', , target = '', options = ''] = left.split(' ')
  const [type = '', source = '', superOptions = ''] = right.split(' ')
  return { device, target, options, type, source, superOptions }
}

function linesOf(machine: readonly Line[], mounts: readonly Mount[]): readonly Line[] {
  const root: Line = { device: '0:100', target: '/', options: 'rw,relatime', type: 'overlay', source: 'overlay', superOptions: 'rw' }
  const proc: Line = { device: '0:101', target: '/proc', options: 'rw,nosuid,nodev,noexec,relatime', type: 'proc', source: 'proc', superOptions: 'rw' }
  const own = mounts.flatMap(({ containerPath, hostPath, readOnly }) => {
    const under = covering(machine, hostPath)
    return under === undefined ? [] : [{ ...under, target: containerPath, options: readOnly ? under.options.replace(/^rw\b/, 'ro') : under.options }]
  })
  return [root, proc, ...own.toSorted((a, b) => (a.target < b.target ? -1 : 1))]
}

/** The mount that holds a path of the machine: the longest target, the last where several lie on each other. */
function covering(machine: readonly Line[], path: string): Line | undefined {
  return machine.reduce<Line | undefined>((best, line) => {
    const holds = line.target === '/' || path === line.target || path.startsWith(`${line.target}/`)
    return holds && line.target.length >= (best?.target.length ?? 0) ? line : best
  }, undefined)
}

const mountinfo = (lines: readonly Line[]): string =>
  lines.map(({ device, target, options, type, source, superOptions }, index) => `${200 + index} ${index === 0 ? 100 : 200} ${device} / ${target} ${options} - ${type} ${source} ${superOptions}\n`).join('')

const mtab = (lines: readonly Line[]): string => lines.map(({ target, options, type, source }) => `${source} ${target} ${type} ${options} 0 0\n`).join('')
