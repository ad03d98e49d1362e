import { InvalidArgumentError, type Command } from 'commander'
import { encodeKubectl, encodeYaml, planStorage } from '@stowage/module'
import { examples, type CommandContext } from './command.ts'
import { specOrExit, withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'
import { writeRendered } from './write-rendered.ts'
import { UsageError } from '../output/exit-code.ts'

const formats = ['kubectl', 'yaml'] as const
type Format = (typeof formats)[number]

interface Options extends DeclarationFlags {
  readonly output: Format
  readonly out?: string
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(command)
    .argument('<file...>', 'declaration in YAML or JSON; "-" is standard input')
    .requiredOption('-o, --output <format>', 'kubectl: numbered files for kubectl apply; yaml: one stream', formatOf)
    .option('--out <dir>', 'directory to write to; made if it is not there. Without it, yaml goes to standard output')
    .addHelpText(
      'after',
      examples(
        ['stowage render -o kubectl --out deploy storage.yaml', 'numbered files, one for each phase'],
        ['stowage render -o yaml storage.yaml | kubectl apply --server-side -f -', 'straight to the cluster'],
      ) + '\nFiles that were not made by stowage are never replaced.\n',
    )
    .action(async (files: readonly string[], flags: Options) => {
      const { output, out } = flags
      if (output === 'kubectl' && out === undefined) throw new UsageError('-o kubectl makes several files: say where with --out DIR')
      const spec = await specOrExit(files, terminal, false, flags)
      if (typeof spec === 'number') return exit(spec)
      const plan = planStorage(spec)
      if (out === undefined) return terminal.stdout(encodeYaml(plan))
      const made = output === 'kubectl' ? encodeKubectl(plan) : [{ path: `${plan.name}.yaml`, content: encodeYaml(plan) }]
      for (const line of await writeRendered(made, out, terminal)) terminal.stderr(`${line}\n`)
    })
}

function formatOf(text: string): Format {
  const format = formats.find((one) => one === text)
  if (format === undefined) throw new InvalidArgumentError(`It can be ${formats.join(' or ')}.`)
  return format
}
