/** The names under which the driver registers: one for each kind of backend, and any second names that classes ask for. */
export const driverNames = { proxmox: 'proxmox.csi.stowage.dev', local: 'local.csi.stowage.dev' } as const

export type BuiltKind = keyof typeof driverNames

export function driverNameOf(kind: BuiltKind): string {
  return driverNames[kind]
}

/** Name of proxmox-csi-plugin, under which its volumes are known. */
export const upstreamProxmoxDriver = 'csi.proxmox.sinextra.dev'
