import type { CommandFunction, Shell } from '../shell/shell.ts'

/** `test` and `[`: unary file and string tests, comparisons, `!`, `-a`, `-o`. */
export const test: CommandFunction = async (args, shell, io) => {
  try {
    return (await either([...args], shell)) ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestFault)) throw error
    await io.err(`sh: ${error.message}\n`)
    return 2
  }
}

export const bracket: CommandFunction = async (args, shell, io) => {
  if (args.at(-1) === ']') return await test(args.slice(0, -1), shell, io)
  await io.err('sh: missing ]\n')
  return 2
}

class TestFault extends Error {
  override readonly name = 'TestFault'
}

async function either(args: string[], shell: Shell): Promise<boolean> {
  const at = args.indexOf('-o')
  return at === -1 ? await both(args, shell) : (await both(args.slice(0, at), shell)) || (await either(args.slice(at + 1), shell))
}

async function both(args: string[], shell: Shell): Promise<boolean> {
  const at = args.indexOf('-a')
  return at < 1 ? await one(args, shell) : (await one(args.slice(0, at), shell)) && (await both(args.slice(at + 1), shell))
}

async function one(args: string[], shell: Shell): Promise<boolean> {
  if (args[0] === '!') return !(await one(args.slice(1), shell))
  const [a = '', b = '', c = ''] = args
  if (args.length === 0) return false
  if (args.length === 1) return a !== ''
  if (args.length === 2) return await unary(a, b, shell)
  if (args.length === 3) return binary(a, b, c)
  throw new TestFault(`${a}: unknown operand`)
}

async function unary(operator: string, value: string, shell: Shell): Promise<boolean> {
  if (operator === '-z') return value === ''
  if (operator === '-n') return value !== ''
  const path = shell.path(value)
  const found = operator === '-L' || operator === '-h' ? await shell.files.stat(path) : await shell.files.statFollowing(path)
  switch (operator) {
    case '-e':
    case '-r':
    case '-x':
    case '-w':
      return found !== undefined
    case '-f':
      return found?.kind === 'file'
    case '-d':
      return found?.kind === 'directory'
    case '-b':
      return found?.kind === 'block'
    case '-L':
    case '-h':
      return found?.kind === 'symlink'
    case '-s':
      return (found?.size ?? 0) > 0
    default:
      throw new TestFault(`${operator}: unknown operand`)
  }
}

function binary(a: string, operator: string, b: string): boolean {
  if (operator === '=' || operator === '==') return a === b
  if (operator === '!=') return a !== b
  const [x, y] = [Number(a), Number(b)]
  const answers: Readonly<Record<string, boolean>> = { '-eq': x === y, '-ne': x !== y, '-lt': x < y, '-le': x <= y, '-gt': x > y, '-ge': x >= y }
  const answer = answers[operator]
  if (answer === undefined) throw new TestFault(`${operator}: unknown operand`)
  if (Number.isNaN(x) || Number.isNaN(y)) throw new TestFault(`${Number.isNaN(x) ? a : b}: bad number`)
  return answer
}
