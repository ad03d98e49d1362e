/** Proxmox's sizes: `32G`, `512M`, `4T`, bare bytes; powers of 1024 (pve-common, JSONSchema.pm: parse_size, format_size). */
const units: Readonly<Record<string, bigint>> = { '': 1n, K: 1n << 10n, M: 1n << 20n, G: 1n << 30n, T: 1n << 40n }

/** Bytes; a fraction of a byte is cut, as Proxmox does. undefined when `text` is no size. */
export function parseDiskSize(text: string): bigint | undefined {
  const [whole, digits, fraction = '', unit = ''] = /^(\d+)(?:\.(\d+))?([KMGT])?$/.exec(text) ?? []
  const factor = units[unit]
  if (whole === undefined || digits === undefined || factor === undefined) return undefined
  const scale = 10n ** BigInt(fraction.length)
  return (BigInt(digits + fraction) * factor) / scale
}

/** The largest unit that divides the size: `1536M`, not `1.5G`. */
export function formatDiskSize(bytes: bigint): string {
  for (const unit of ['T', 'G', 'M', 'K']) {
    const factor = units[unit] ?? 1n
    if (bytes >= factor && bytes % factor === 0n) return `${bytes / factor}${unit}`
  }
  return bytes.toString()
}

/** The `size` of an allocation: `\d+[MG]?`, where a bare number is KiB. Rounds up to a whole KiB. */
export function formatAllocationSize(bytes: bigint): string {
  const kib = (bytes + 1023n) / 1024n
  if (kib % (1n << 20n) === 0n) return `${kib >> 20n}G`
  if (kib % (1n << 10n) === 0n) return `${kib >> 10n}M`
  return kib.toString()
}
