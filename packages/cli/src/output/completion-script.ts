/** Completion scripts, made from the command tree: nothing to keep in step by hand. */
import type { Command, Option } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

interface Words {
  readonly name: string
  readonly summary: string
  readonly takesFiles: boolean
  /** What an argument may be, where that is a closed list. */
  readonly choices: readonly string[]
  readonly subcommands: readonly Words[]
  readonly options: readonly { readonly flags: readonly string[]; readonly summary: string; readonly takesValue: boolean }[]
}

export function completionScript(shell: Shell, program: Command): string {
  const words = wordsOf(program)
  const scripts = { bash, zsh, fish } satisfies Record<Shell, (words: Words) => string>
  return scripts[shell](words)
}

function wordsOf(command: Command): Words {
  const options: readonly Option[] = command.createHelp().visibleOptions(command)
  return {
    name: command.name(),
    summary: command.description(),
    takesFiles: command.registeredArguments.some((argument) => argument.name() === 'file'),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    subcommands: command.commands.map(wordsOf),
    options: options.map((option) => ({
      flags: [option.short, option.long].filter((flag) => typeof flag === 'string'),
      summary: option.description,
      takesValue: option.required || option.optional,
    })),
  }
}

/** Every command with the words before it: `['lab', 'up']`. */
function flatten(words: Words, before: readonly string[] = []): readonly (readonly [readonly string[], Words])[] {
  return [[before, words], ...words.subcommands.flatMap((inner) => flatten(inner, [...before, inner.name]))]
}

function choicesOf({ subcommands, options, choices }: Words): readonly string[] {
  return [...subcommands.map(({ name }) => name), ...choices, ...options.flatMap(({ flags }) => flags)]
}

function bash(root: Words): string {
  const all = flatten(root)
  const steps = all.slice(1).map(([path]) => `      ${JSON.stringify(path.join(' '))}) path=${JSON.stringify(path.join(' '))} ;;`)
  const cases = all.map(([path, words]) => `    ${JSON.stringify(path.join(' '))}) words=${JSON.stringify(choicesOf(words).join(' '))}${words.takesFiles ? ' files=yes' : ''} ;;`)
  return `# bash completion for stowage
_stowage() {
  local current=\${COMP_WORDS[COMP_CWORD]} path="" words="" files="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${steps.join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $files && $current != -* ]]; then
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _stowage stowage
`
}

function zsh(root: Words): string {
  const functions = flatten(root).map(([path, words]) => zshFunction(path, words))
  return `#compdef stowage
${functions.join('\n')}
if [ "$funcstack[1]" = "_stowage" ]; then _stowage "$@"; else compdef _stowage stowage; fi
`
}

function zshFunction(path: readonly string[], { subcommands, options, takesFiles, choices }: Words): string {
  const name = ['_stowage', ...path].join('_').replaceAll('-', '_')
  const flags = options.flatMap(({ flags: names, summary, takesValue }) => names.map((flag) => `    ${zshQuote(`${flag}[${zshText(summary)}]${takesValue ? ':value:' : ''}`)} \\`))
  if (subcommands.length === 0) return `${name}() {\n  _arguments \\\n${flags.join('\n')}\n    '*:argument:${takesFiles ? '_files' : choices.length > 0 ? `(${choices.join(' ')})` : ' '}'\n}`
  const values = subcommands.map((inner) => `    ${zshQuote(`${inner.name}:${zshText(inner.summary)}`)}`)
  const calls = subcommands.map((inner) => `    ${inner.name}) ${[name, inner.name.replaceAll('-', '_')].join('_')} ;;`)
  return `${name}() {
  local state
  _arguments -C \\
${flags.join('\n')}
    '1:command:->command' '*::argument:->argument'
  case $state in
  command) local -a commands=(
${values.join('\n')}
  ); _describe command commands ;;
  argument) case $words[1] in
${calls.join('\n')}
  esac ;;
  esac
}`
}

function zshText(text: string): string {
  return text.replaceAll(/[[\]:]/g, (character) => `\\${character}`)
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function fish(root: Words): string {
  const lines = flatten(root).flatMap(([path, { subcommands, options, choices }]) => {
    const names = subcommands.map(({ name }) => name).join(' ')
    const condition = fishCondition(path, names)
    return [
      ...subcommands.map(({ name, summary }) => `complete -c stowage -f -n ${fishQuote(condition)} -a ${name} -d ${fishQuote(summary)}`),
      ...choices.map((choice) => `complete -c stowage -f -n ${fishQuote(condition)} -a ${choice}`),
      ...options.map(({ flags, summary, takesValue }) => `complete -c stowage -n ${fishQuote(condition)} ${flags.map(fishFlag).join(' ')}${takesValue ? ' -r' : ''} -d ${fishQuote(summary)}`),
    ]
  })
  return `# fish completion for stowage\n${lines.join('\n')}\n`
}

function fishCondition(path: readonly string[], subcommands: string): string {
  if (path.length === 0) return '__fish_use_subcommand'
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
  return subcommands === '' ? seen : `${seen}; and not __fish_seen_subcommand_from ${subcommands}`
}

function fishFlag(flag: string): string {
  return flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
