/** Options of a busybox applet: letters may stand together, a value may follow its letter or be the next argument. */
export interface Arguments {
  readonly given: ReadonlyMap<string, string>
  readonly operands: readonly string[]
  readonly unknown: string | undefined
}

export function splitArguments(args: readonly string[], flags: string, valued = '', long: readonly string[] = []): Arguments {
  const given = new Map<string, string>()
  const operands: string[] = []
  const rest = [...args]
  let unknown: string | undefined
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      operands.push(...rest)
      break
    }
    if (arg.startsWith('--')) {
      const [name = '', value = ''] = arg.slice(2).split('=')
      if (long.includes(name)) given.set(name, value)
      else unknown ??= arg
    } else if (arg.startsWith('-') && arg.length > 1) unknown ??= letters(arg.slice(1), rest, flags, valued, given)
    else operands.push(arg)
  }
  return { given, operands, unknown }
}

function letters(text: string, rest: string[], flags: string, valued: string, given: Map<string, string>): string | undefined {
  for (const [index, letter] of [...text].entries()) {
    if (flags.includes(letter)) given.set(letter, '')
    else if (valued.includes(letter)) {
      given.set(letter, text.slice(index + 1) || (rest.shift() ?? ''))
      return undefined
    } else return letter
  }
  return undefined
}
