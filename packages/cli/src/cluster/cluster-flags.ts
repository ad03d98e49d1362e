import type { Command } from 'commander'

export interface ClusterFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly as?: string
}

/** The flags that kubectl has for this, spelt alike. */
export function withClusterFlags(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig; default $KUBECONFIG, then ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--as <user>', 'act as this user')
}
