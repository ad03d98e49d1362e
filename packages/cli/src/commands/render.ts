import { InvalidArgumentError, type Command } from 'commander'
import { encode, encodeYaml, formats, planStorage, type Format, type Plan } from '@stowage/module'
import { examples, type CommandContext } from './command.ts'
import { specOrExit, withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'
import { writeRendered } from './write-rendered.ts'
import { UsageError } from '../output/exit-code.ts'
import type { Terminal } from '../output/terminal.ts'

interface Options extends DeclarationFlags {
  readonly output: Format
  readonly out?: string
  readonly overwrite: readonly string[]
}

const meanings = [
  'kubectl: numbered files and a script that applies them',
  'yaml: one stream',
  'kustomize: one kustomization with its charts',
  'argocd: Applications in waves',
  'flux: Kustomizations and HelmReleases in a chain',
  'terraform: helm_release, for OpenTofu too',
  'helm: local charts and a script that installs them',
]

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(command)
    .argument('<file...>', 'declaration in YAML or JSON; "-" is standard input')
    .requiredOption('-o, --output <format>', meanings.join('; '), formatOf)
    .option('--out <dir>', 'directory to write to; made if it is not there. Without it, yaml goes to standard output')
    .option('--overwrite <file>', 'write this file although it was edited since; may be given several times', (file: string, before: readonly string[]) => [...before, file], [])
    .addHelpText(
      'after',
      examples(
        ['stowage render -o kubectl --out deploy storage.yaml', 'numbered files, one for each phase, and apply.sh'],
        ['stowage render -o flux --out clusters/home/storage storage.yaml', 'for the repository that Flux reads'],
        ['stowage render -o yaml storage.yaml | kubectl apply --server-side -f -', 'straight to the cluster'],
      ) + '\nFiles that were not made by stowage, or that were edited since, are never replaced.\n',
    )
    .action(async (files: readonly string[], flags: Options) => {
      const { output, out, overwrite } = flags
      if (output !== 'yaml' && out === undefined) throw new UsageError(`-o ${output} makes several files: say where with --out DIR`)
      const spec = await specOrExit(files, terminal, false, flags)
      if (typeof spec === 'number') return exit(spec)
      const plan = planStorage(spec)
      if (out === undefined) {
        terminal.stdout(encodeYaml(plan))
        return notInTheStream(plan, terminal)
      }
      for (const line of await writeRendered({ format: output, declaration: plan.name, files: encode(plan, output, spec.delivery), overwrite }, out, terminal)) terminal.stderr(`${line}\n`)
    })
}

/** A stream of objects cannot hold these, and somebody who pipes it into kubectl does not read its beginning. */
function notInTheStream({ helmReleases, secrets }: Plan, { stderr }: Terminal): void {
  for (const { name, chart } of helmReleases) stderr(`not in this stream: the Helm release ${name} (${chart.name} ${chart.version}); -o kubectl has it\n`)
  for (const { namespace, name, key } of secrets) stderr(`not in this stream: Secret ${namespace}/${name}, key ${key}\n`)
}

function formatOf(text: string): Format {
  const format = formats.find((one) => one === text)
  if (format === undefined) throw new InvalidArgumentError(`It can be ${formats.slice(0, -1).join(', ')} or ${formats.at(-1) ?? ''}.`)
  return format
}
