/** What `stowage lab up|down|status` can be asked. */
export interface LabFlags {
  readonly dir?: string
  readonly kubeconfig?: string
  readonly port?: string
  readonly foreground?: true
  readonly json?: true
}
