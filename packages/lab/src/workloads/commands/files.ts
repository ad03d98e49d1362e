/** Commands over files and directories, in busybox's words. */
import type { FileStat } from '@stowage/effects'
import { FileFailure } from '@stowage/effects'
import type { CommandFunction, Io, Shell } from '../shell/shell.ts'
import { globExpression } from '../shell/expand.ts'
import { splitArguments } from './arguments.ts'
import { explain } from './explain.ts'
import { longLine, modeText } from './listing.ts'
import { usage } from './text.ts'

async function each(operands: readonly string[], io: Io, words: (path: string, why: string) => string, work: (path: string) => Promise<void>): Promise<number> {
  let code = 0
  for (const path of operands) {
    try {
      await work(path)
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error
      await io.err(`${words(path, explain(error))}\n`)
      code = 1
    }
  }
  return code
}

async function existing(path: string, shell: Shell): Promise<FileStat> {
  const stat = await shell.files.stat(shell.path(path))
  if (stat === undefined) throw new FileFailure('ENOENT', path)
  return stat
}

const ls: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'laA1hdRrtSin', '', ['color'])
  if (unknown !== undefined) return await usage('ls', unknown, io)
  const paths = operands.length === 0 ? ['.'] : operands
  return await each(paths, io, (path, why) => `ls: ${path}: ${why}`, async (path) => {
    const stat = (await shell.files.statFollowing(shell.path(path))) ?? (await existing(path, shell))
    if (stat.kind !== 'directory' || given.has('d')) return await io.out(given.has('l') ? await longLine(path, await existing(path, shell), shell, given.has('h')) : `${path}\n`)
    if (paths.length > 1) await io.out(`${path}:\n`)
    await listDirectory(path, given, shell, io)
  })
}

async function listDirectory(path: string, given: ReadonlyMap<string, string>, shell: Shell, io: Io): Promise<void> {
  const names = (await shell.files.list(shell.path(path))).filter((name) => given.has('a') || given.has('A') || !name.startsWith('.'))
  const all = given.has('a') ? ['.', '..', ...names] : names
  if (!given.has('l')) return await io.out(all.map((name) => `${name}\n`).join(''))
  const lines: string[] = []
  let blocks = 0
  for (const name of all) {
    const stat = await shell.files.stat(shell.path(`${path}/${name}`))
    if (stat === undefined) continue
    blocks += Math.ceil(stat.size / 4096) * 4
    lines.push(await longLine(name, stat, shell, given.has('h'), `${path}/${name}`))
  }
  await io.out(`total ${blocks}\n${lines.join('')}`)
}

const rm: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'rRfiv')
  if (unknown !== undefined) return await usage('rm', unknown, io)
  const force = given.has('f')
  return await each(operands, io, (path, why) => `rm: can't remove '${path}': ${why}`, async (path) => {
    const stat = await shell.files.stat(shell.path(path))
    if (stat === undefined && force) return
    if (stat?.kind === 'directory' && !given.has('r') && !given.has('R')) throw new FileFailure('EISDIR', path)
    if (stat?.kind === 'directory') await removeTree(shell.path(path), shell)
    else await shell.files.removeFile(shell.path(path))
  })
}

/** As rm -r: through bind mounts of any filesystem; a mount point itself answers busy. */
async function removeTree(path: string, shell: Shell): Promise<void> {
  for (const name of await shell.files.list(path)) {
    const inner = `${path}/${name}`
    if ((await shell.files.stat(inner))?.kind === 'directory') await removeTree(inner, shell)
    else await shell.files.removeFile(inner)
  }
  await shell.files.removeDirectory(path)
}

const mkdir: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'pv', 'm')
  if (unknown !== undefined) return await usage('mkdir', unknown, io)
  const mode = given.has('m') ? Number.parseInt(given.get('m') ?? '', 8) : 0o755
  return await each(operands, io, (path, why) => `mkdir: can't create directory '${path}': ${why}`, async (path) => {
    const full = shell.path(path)
    if (!given.has('p')) {
      if ((await shell.files.stat(full)) !== undefined) throw new FileFailure('EEXIST', full)
      const parent = await shell.files.statFollowing(full.replace(/\/[^/]*$/, '') || '/')
      if (parent === undefined) throw new FileFailure('ENOENT', full)
    }
    await shell.files.makeDirectory(full, mode)
  })
}

const rmdir: CommandFunction = async (args, shell, io) =>
  await each(splitArguments(args, 'p').operands, io, (path, why) => `rmdir: '${path}': ${why}`, (path) => shell.files.removeDirectory(shell.path(path)))

const touch: CommandFunction = async (args, shell, io) =>
  await each(splitArguments(args, 'acm', 'dtr').operands, io, (path, why) => `touch: ${path}: ${why}`, (path) => shell.files.write(shell.path(path), new Uint8Array(), 0, { append: true }))

const ln: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'sfn')
  const [target = '', path = ''] = operands
  if (!given.has('s')) return await usage('ln', 'hard links', io)
  if (given.has('f') && (await shell.files.stat(shell.path(path))) !== undefined) await shell.files.removeFile(shell.path(path))
  await shell.files.symlink(target, shell.path(path))
  return 0
}

async function destination(sources: readonly string[], target: string, shell: Shell): Promise<(source: string) => string> {
  const directory = (await shell.files.statFollowing(shell.path(target)))?.kind === 'directory'
  if (sources.length > 1 && !directory) throw new FileFailure('ENOTDIR', target)
  return (source) => shell.path(directory ? `${target}/${source.replace(/\/+$/, '').split('/').at(-1) ?? ''}` : target)
}

const mv: CommandFunction = async (args, shell, io) => {
  const { operands } = splitArguments(args, 'fnv')
  const target = operands.at(-1) ?? ''
  const sources = operands.slice(0, -1)
  const to = await destination(sources, target, shell)
  return await each(sources, io, (path, why) => `mv: can't rename '${path}': ${why}`, async (path) => {
    await existing(path, shell)
    try {
      await shell.files.rename(shell.path(path), to(path))
    } catch (error) {
      if (!(error instanceof FileFailure) || error.code !== 'EXDEV') throw error
      await copyTree(shell.path(path), to(path), shell)
      await removeTreeOrFile(shell.path(path), shell)
    }
  })
}

async function removeTreeOrFile(path: string, shell: Shell): Promise<void> {
  if ((await shell.files.stat(path))?.kind === 'directory') await removeTree(path, shell)
  else await shell.files.removeFile(path)
}

const cp: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'rRapfvdL')
  if (unknown !== undefined) return await usage('cp', unknown, io)
  const target = operands.at(-1) ?? ''
  const sources = operands.slice(0, -1)
  const to = await destination(sources, target, shell)
  return await each(sources, io, (path, why) => `cp: can't stat '${path}': ${why}`, async (path) => {
    const stat = await existing(path, shell)
    if (stat.kind === 'directory' && !['r', 'R', 'a'].some((letter) => given.has(letter))) throw new FileFailure('EISDIR', path, `omitting directory '${path}'`)
    await copyTree(shell.path(path), to(path), shell)
  })
}

async function copyTree(from: string, to: string, shell: Shell): Promise<void> {
  const stat = await existing(from, shell)
  if (stat.kind === 'symlink') return await shell.files.symlink(await shell.files.readlink(from), to)
  if (stat.kind === 'directory') {
    await shell.files.makeDirectory(to, stat.mode)
    for (const name of await shell.files.list(from)) await copyTree(`${from}/${name}`, `${to}/${name}`, shell)
    return
  }
  const chunk = 4 * 1024 * 1024
  await shell.files.write(to, new Uint8Array(), 0, { truncate: true, mode: stat.mode })
  for (let at = 0; ; at += chunk) {
    const piece = await shell.files.readSome(from, at, chunk)
    if (piece.length > 0) await shell.files.write(to, piece, at)
    if (piece.length < chunk) return
  }
}

const chmod: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'Rv')
  const [mode = '', ...paths] = operands
  return await each(paths, io, (path, why) => `chmod: ${path}: ${why}`, async (path) => {
    await walk(shell.path(path), given.has('R'), shell, async (inner, stat) => await shell.files.chmod(inner, changedMode(mode, stat)))
  })
}

function changedMode(text: string, stat: FileStat): number {
  if (/^[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  const match = /^([ugoa]*)([-+=])([rwxst]+)$/.exec(text)
  if (match === null) throw new FileFailure('EINVAL', text)
  const [, who = '', operator, what = ''] = match
  const one = [...what].reduce((sum, letter) => sum | ({ r: 4, w: 2, x: 1 }[letter] ?? 0), 0)
  const shifts = who === '' || who.includes('a') ? [6, 3, 0] : [...who].map((letter) => ({ u: 6, g: 3, o: 0 })[letter] ?? 0)
  const bits = shifts.reduce((sum, shift) => sum | (one << shift), 0)
  if (operator === '+') return stat.mode | bits
  return operator === '-' ? stat.mode & ~bits : bits
}

const chown: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'Rvh')
  const [owner = '', ...paths] = operands
  const [user = '', group] = owner.split(/[:.]/)
  const id = (text: string): number => ({ root: 0, nobody: 65534, postgres: 999, '': -1 })[text] ?? Number(text)
  if (Number.isNaN(id(user)) || Number.isNaN(id(group ?? ''))) {
    await io.err(`chown: unknown user/group ${owner}\n`)
    return 1
  }
  return await each(paths, io, (path, why) => `chown: ${path}: ${why}`, async (path) => {
    await walk(shell.path(path), given.has('R'), shell, async (inner, stat) => {
      await shell.files.chown(inner, id(user) < 0 ? stat.uid : id(user), id(group ?? '') < 0 ? stat.gid : id(group ?? ''))
    })
  })
}

async function walk(path: string, deep: boolean, shell: Shell, work: (path: string, stat: FileStat) => Promise<void>): Promise<void> {
  const stat = await existing(path, shell)
  await work(path, stat)
  if (!deep || stat.kind !== 'directory') return
  for (const name of await shell.files.list(path)) await walk(path === '/' ? `/${name}` : `${path}/${name}`, true, shell, work)
}

const find: CommandFunction = async (args, shell, io) => {
  const paths = args.slice(0, args.findIndex((arg) => arg.startsWith('-')) === -1 ? undefined : args.findIndex((arg) => arg.startsWith('-')))
  const tests = args.slice(paths.length)
  const value = (name: string): string | undefined => (tests.includes(name) ? tests[tests.indexOf(name) + 1] : undefined)
  const known = new Set(['-name', '-type', '-maxdepth', '-print', '-delete', '-mindepth'])
  const odd = tests.find((arg) => arg.startsWith('-') && !known.has(arg))
  if (odd !== undefined) return await usage('find', odd, io)
  const name = value('-name')
  const kind = { f: 'file', d: 'directory', l: 'symlink', b: 'block' }[value('-type') ?? '']
  const deepest = Number(value('-maxdepth') ?? Number.POSITIVE_INFINITY)
  const visit = async (path: string, depth: number): Promise<void> => {
    const stat = await existing(path, shell)
    const last = path.split('/').at(-1) ?? ''
    const fits = (name === undefined || globExpression(name).test(last)) && (kind === undefined || stat.kind === kind) && depth >= Number(value('-mindepth') ?? 0)
    if (fits && !tests.includes('-delete')) await io.out(`${path}\n`)
    if (stat.kind === 'directory' && depth < deepest) for (const child of await shell.files.list(shell.path(path))) await visit(path.endsWith('/') ? `${path}${child}` : `${path}/${child}`, depth + 1)
    if (fits && tests.includes('-delete')) await (stat.kind === 'directory' ? shell.files.removeDirectory(shell.path(path)) : shell.files.removeFile(shell.path(path)))
  }
  return await each(paths.length === 0 ? ['.'] : paths, io, (path, why) => `find: ${path}: ${why}`, (path) => visit(path, 0))
}

const stat: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'Lft', 'c')
  if (unknown !== undefined) return await usage('stat', unknown, io)
  return await each(operands, io, (path, why) => `stat: can't stat '${path}': ${why}`, async (path) => {
    const found = given.has('L') ? await shell.files.statFollowing(shell.path(path)) : await existing(path, shell)
    if (found === undefined) throw new FileFailure('ENOENT', path)
    const format = given.get('c') ?? "  File: %n\n  Size: %s\t%F\nDevice: %d\tInode: %i\nAccess: (%a/%A)  Uid: %u  Gid: %g\nModify: %y"
    await io.out(`${format.replace(/\\n/g, '\n').replace(/%([a-zA-Z])/g, (match, letter: string) => statField(letter, path, found) ?? match)}\n`)
  })
}

function statField(letter: string, path: string, found: FileStat): string | undefined {
  const fields: Readonly<Record<string, string>> = {
    n: path,
    s: String(found.size),
    F: { file: found.size === 0 ? 'regular empty file' : 'regular file', directory: 'directory', symlink: 'symbolic link', block: 'block special file', character: 'character special file', socket: 'socket', fifo: 'fifo' }[found.kind],
    d: String(found.device),
    i: String(found.inode),
    a: found.mode.toString(8),
    A: modeText(found),
    u: String(found.uid),
    g: String(found.gid),
    U: found.uid === 0 ? 'root' : 'UNKNOWN',
    G: found.gid === 0 ? 'root' : 'UNKNOWN',
    Y: String(Math.floor(found.modifiedMs / 1000)),
    y: new Date(found.modifiedMs).toISOString().replace('T', ' ').replace('Z', '000000 +0000'),
  }
  return fields[letter]
}

const readlink: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'fen')
  return await each(operands, io, (path, why) => `readlink: ${path}: ${why}`, async (path) => {
    await io.out(`${given.has('f') ? await shell.files.realpath(shell.path(path)) : await shell.files.readlink(shell.path(path))}\n`)
  })
}

const du: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'shkmac', 'd')
  return await each(operands.length === 0 ? ['.'] : operands, io, (path, why) => `du: ${path}: ${why}`, async (path) => {
    let blocks = 0
    await walk(shell.path(path), true, shell, async (_, one) => void (blocks += Math.ceil(one.size / 4096) * 4))
    await io.out(`${given.has('h') ? `${(blocks / 1024).toFixed(1)}M` : blocks}\t${path}\n`)
  })
}

export const fileCommands: Readonly<Record<string, CommandFunction>> = { chmod, chown, cp, du, find, ln, ls, mkdir, mv, readlink, rm, rmdir, stat, touch }
