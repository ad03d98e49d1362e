/** Providers, pinned: hashicorp/helm has take_ownership since 3.1.0; bpg/proxmox 0.86.0 knows Proxmox VE 8 and 9. */
export const helmProvider = { source: 'hashicorp/helm', version: '3.1.1' }
export const proxmoxProvider = { source: 'bpg/proxmox', version: '0.86.0' }

/** Both OpenTofu and Terraform have `moved` blocks and prevent_destroy as used here since 1.6. */
export function requires(providers: Readonly<Record<string, object>>): Readonly<Record<string, unknown>> {
  return { terraform: { required_version: '>= 1.6.0', required_providers: providers } }
}
