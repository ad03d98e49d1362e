/** Drive strings as a VM's config holds them: `local-zfs:vm-9999-pvc-x,size=10G,ssd=1`. */
export interface Drive {
  /** `local-zfs:vm-9999-pvc-x`, `none`, `/dev/sdb` */
  readonly file: string
  readonly options: Readonly<Record<string, string>>
}

const slotName = /^(scsi|virtio|sata|ide)(\d+)$|^(efidisk0|tpmstate0)$/

export function isDriveSlot(key: string): boolean {
  return slotName.test(key)
}

export function isUnusedSlot(key: string): boolean {
  return /^unused\d+$/.test(key)
}

/** Reads what the schema has already found well formed. Old spellings of throttle keys become the new ones. */
export function readDrive(text: string): Drive {
  let file = ''
  const options: Record<string, string> = {}
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const at = part.indexOf('=')
    const key = at === -1 ? 'file' : part.slice(0, at)
    const value = part.slice(at + 1)
    if (key === 'file' || key === 'volume') file = value
    else options[key.replace(/^((?:bps|iops)(?:_rd|_wr)?)_length$/, '$1_max_length')] = flag(key, value)
  }
  return { file, options }
}

export function printDrive({ file, options }: Drive): string {
  const rest = Object.keys(options).sort().map((key) => `${key}=${options[key]}`)
  return [file, ...rest].join(',')
}

const flags = new Set(['backup', 'iothread', 'replicate', 'ro', 'scsiblock', 'shared', 'snapshot', 'ssd', 'detect_zeroes'])

function flag(key: string, value: string): string {
  if (!flags.has(key)) return value
  return /^(1|on|yes|true)$/i.test(value) ? '1' : /^(0|off|no|false)$/i.test(value) ? '0' : value
}

/** PVE::JSONSchema::format_size: `10G`, `512M`, `1536K`, or bare bytes. */
export function formatSize(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T']
  let value = bytes
  let unit = 0
  while (unit < units.length - 1 && value >= 1024 && value % 1024 === 0) {
    value /= 1024
    unit++
  }
  return `${value}${units[unit]}`
}

/** Bytes of `\d+(\.\d+)?[KMGT]?`. */
export function parseSize(text: string): number {
  const [, number = '0', unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text) ?? []
  return Math.floor(Number(number) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(unit))
}
