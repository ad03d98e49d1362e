/** What the driver reads at its start, as `@stowage/module` renders it into a ConfigMap. */
export const backendKinds = ['proxmox', 'local'] as const
export type BackendKind = (typeof backendKinds)[number]

export interface DriverConfig {
  readonly drivers: readonly ServedName[]
  readonly proxmox?: { readonly clusters: readonly ClusterConfig[] }
  readonly local?: { readonly path: string }
}

export interface ServedName {
  /** A CSI driver's name, e.g. `proxmox.csi.stowage.dev`. */
  readonly name: string
  readonly backend: BackendKind
}

export interface ClusterConfig {
  readonly name: string
  readonly region: string
  /** Origins. May be empty: the credentials of the existing plugin name the address themselves. */
  readonly endpoints: readonly string[]
  readonly tls: { readonly caFile?: string; readonly fingerprint?: string; readonly insecure?: boolean }
  /** Holds `token_id` and `token_secret`, or `config.yaml` as the existing plugin has it; optionally `ca.crt`. */
  readonly credentialsDir: string
  /** The VMID in the names of our disks; default 9999. */
  readonly ownerVmid?: number
}
