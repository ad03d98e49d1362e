/** docs/reference/cli.md, made from the command tree. */
import type { Command } from 'commander'
import { generatedNote } from './markdown.ts'

export function cliPage(program: Command): string {
  const commands = program.commands.flatMap((command) => (command.commands.length === 0 ? [command] : [command, ...command.commands]))
  const list = program.commands.map((command) => `- [\`stowage ${command.name()}\`](#${anchor(command)}) — ${command.description()}`)
  return `# The command line

${generatedNote('the command tree in packages/cli/src/commands')}

Data goes to standard output, everything said about it to standard error. \`--json\` gives data with \`apiVersion\` and \`kind\`. Colour is left out with \`NO_COLOR\` and when the output is no terminal. \`STOWAGE_DEBUG=1\` adds the stack to an error.

| exit code | meaning |
|---|---|
| 0 | done, nothing wrong |
| 1 | findings, or refused |
| 2 | the command line is wrong, or a file it names is not there |
| 3 | the input is not YAML or JSON |
| 4 | a cluster, a Proxmox or a host could not be reached, or refused the credentials |
| 5 | something is not as declared (drift), or would change (plan --detailed-exitcode) |
| 70 | a fault of Stowage itself |
| 130 | ended by Ctrl-C |

${list.join('\n')}

${commands.map(section).join('\n')}`
}

function section(command: Command): string {
  return `## ${pathOf(command)}

\`\`\`text
${helpOf(command).trimEnd()}
\`\`\`
`
}

/** As \`--help\` prints it, examples included, at a fixed width. */
function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => { text += part }, getOutHelpWidth: () => 100, getOutHasColors: () => false })
  command.outputHelp()
  return text
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

function anchor(command: Command): string {
  return pathOf(command).replaceAll(' ', '-')
}
