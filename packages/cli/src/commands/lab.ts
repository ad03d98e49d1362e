/** `stowage lab up|down|status`: a cluster to try things on, on this machine, in memory. */
import type { Command } from 'commander'
import type { LabFlags } from '../lab/lab-flags.ts'
import { examples, type CommandContext } from './command.ts'

export function configure(command: Command, context: CommandContext): void {
  const { terminal, exit } = context
  const withDirectory = (name: string, summary: string): Command =>
    command.command(name).description(summary).copyInheritedSettings(command).option('--dir <directory>', 'where its state is kept; default ~/.local/state/stowage/lab').option('--json', 'print JSON')
  withDirectory('up', 'start the lab and leave it running')
    .option('--kubeconfig <file>', 'write the kubeconfig here too')
    .option('--port <port>', 'port of its Kubernetes API; default any')
    .option('--foreground', 'stay, and take the lab down at Ctrl-C')
    .action(async (flags: LabFlags) => exit(await (await import('../lab/lab-up.ts')).labUp(flags, terminal)))
  withDirectory('down', 'take the lab down; everything in it is gone').action(async (flags: LabFlags) => exit(await (await import('../lab/lab-down.ts')).labDown(flags, terminal)))
  withDirectory('status', 'say whether a lab is up, and how to reach it').action(async (flags: LabFlags) => exit(await (await import('../lab/lab-down.ts')).labStatus(flags, terminal)))
  command.addHelpText(
    'after',
    examples(['stowage lab up', 'two Proxmox nodes, four VMs that are Kubernetes nodes'], ['stowage apply --kubeconfig ~/.local/state/stowage/lab/kubeconfig storage.yaml', 'put a declaration into it'], ['stowage lab down', 'and away with it']),
  )
}
