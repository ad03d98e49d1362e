/** getopt(3) as far as the programs here need it. */
export interface OptionSpec {
  /** Letters without a value, and long names without one. */
  readonly flags: string
  /** Letters with a value. */
  readonly valued?: string
  readonly longFlags?: readonly string[]
  readonly longValued?: readonly string[]
}

export interface Options {
  /** By letter or long name; a flag's value is ''. The last one wins. */
  readonly given: ReadonlyMap<string, string>
  readonly operands: readonly string[]
  /** The first option that the spec does not know, or that lacks its value. */
  readonly fault: string | undefined
}

export function parseOptions(args: readonly string[], spec: OptionSpec): Options {
  const given = new Map<string, string>()
  const operands: string[] = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') return { given, operands: [...operands, ...rest], fault: undefined }
    if (arg.startsWith('--')) {
      const fault = takeLong(arg, rest, spec, given)
      if (fault !== undefined) return { given, operands, fault }
    } else if (arg.startsWith('-') && arg.length > 1) {
      const fault = takeLetters(arg.slice(1), rest, spec, given)
      if (fault !== undefined) return { given, operands, fault }
    } else operands.push(arg)
  }
  return { given, operands, fault: undefined }
}

function takeLong(arg: string, rest: string[], spec: OptionSpec, given: Map<string, string>): string | undefined {
  const [name = '', ...value] = arg.slice(2).split('=')
  if (spec.longFlags?.includes(name) === true && value.length === 0) given.set(name, '')
  else if (spec.longValued?.includes(name) === true) {
    const taken = value.length > 0 ? value.join('=') : rest.shift()
    if (taken === undefined) return arg
    given.set(name, taken)
  } else return arg
  return undefined
}

function takeLetters(letters: string, rest: string[], spec: OptionSpec, given: Map<string, string>): string | undefined {
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? ''
    if (spec.flags.includes(letter)) {
      given.set(letter, '')
      continue
    }
    if (spec.valued?.includes(letter) !== true) return letter
    const value = letters.slice(index + 1) || rest.shift()
    if (value === undefined) return letter
    given.set(letter, value)
    return undefined
  }
  return undefined
}
