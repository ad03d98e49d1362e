/** What csi-sanity is run on: each backend, mounted and raw. */
export interface Row {
  /** `zfspool:mount`. */
  readonly name: string
  readonly backend: 'proxmox' | 'local'
  readonly accessType: 'mount' | 'block'
  /** StorageClass parameters. */
  readonly parameters: Readonly<Record<string, string>>
}

export const rows: readonly Row[] = [
  ...['zfspool', 'lvmthin', 'dir'].flatMap((storage) => (['mount', 'block'] as const).map((accessType): Row => ({ name: `${storage}:${accessType}`, backend: 'proxmox', accessType, parameters: { storage } }))),
  // A directory is no block device: the local backend serves mounts only.
  { name: 'local:mount', backend: 'local', accessType: 'mount', parameters: {} },
]

/** All rows, or those that are named: `zfspool` means both of its rows. Throws for a name that is none. */
export function chosenRows(names: readonly string[]): readonly Row[] {
  const unknown = names.find((name) => !rows.some((row) => matches(row, name)))
  if (unknown !== undefined) throw new Error(`there is no row ${unknown}; there are ${rows.map(({ name }) => name).join(', ')}`)
  return names.length === 0 ? rows : rows.filter((row) => names.some((name) => matches(row, name)))
}

function matches(row: Row, name: string): boolean {
  return row.name === name || row.name.startsWith(`${name}:`)
}
