import { InvalidArgumentError, type Command } from 'commander'
import { examples, type CommandContext } from './command.ts'
import { completionScript, shells, type Shell } from '../output/completion-script.ts'

export function configure(command: Command, { terminal, wholeProgram }: CommandContext): void {
  command
    .argument('<shell>', shells.join(', '), shellOf)
    .addHelpText(
      'after',
      examples(
        ['source <(stowage completion bash)', 'in this shell'],
        ['stowage completion zsh > ~/.zfunc/_stowage', 'for good, with ~/.zfunc in fpath'],
        ['stowage completion fish > ~/.config/fish/completions/stowage.fish', 'for good'],
      ),
    )
    .action(async (shell: Shell) => terminal.stdout(completionScript(shell, await wholeProgram())))
}

function shellOf(text: string): Shell {
  const shell = shells.find((one) => one === text)
  if (shell === undefined) throw new InvalidArgumentError(`It can be ${shells.join(', ')}.`)
  return shell
}
