/** The keys of a drive and their types, from the schema of qemu-server 9.1 (QemuServer/Drive.pm). */

/** A list is an enumeration. */
export type DriveOptionType = 'boolean' | 'size' | 'url-encoded' | RegExp | readonly string[]

const integer = /^-?\d+$/
const number = /^-?\d+(\.\d+)?$/
const positive = /^[1-9]\d*$/

function limits(): Record<string, DriveOptionType> {
  const types: Record<string, DriveOptionType> = {}
  for (const direction of ['', '_rd', '_wr']) {
    types[`bps${direction}`] = integer
    types[`bps${direction}_max_length`] = positive
    types[`iops${direction}`] = integer
    types[`iops${direction}_max`] = integer
    types[`iops${direction}_max_length`] = positive
    types[`mbps${direction}`] = number
    types[`mbps${direction}_max`] = number
  }
  return types
}

export const driveOptions: Readonly<Record<string, DriveOptionType>> = {
  ...limits(),
  aio: ['native', 'threads', 'io_uring'],
  backup: 'boolean',
  cache: ['none', 'writethrough', 'writeback', 'unsafe', 'directsync'],
  cyls: integer,
  detect_zeroes: 'boolean',
  discard: ['ignore', 'on'],
  efitype: ['2m', '4m'],
  format: ['raw', 'qcow', 'qed', 'qcow2', 'vmdk', 'cloop'],
  heads: integer,
  'import-from': /^[^,\s]+$/,
  iothread: 'boolean',
  media: ['cdrom', 'disk'],
  model: /^.{0,120}$/,
  'ms-cert': ['2011', '2023', '2023w', '2023k'],
  'pre-enrolled-keys': 'boolean',
  product: /^[A-Za-z0-9\-_\s]{0,16}$/,
  queues: /^([2-9]|[1-9]\d+)$/,
  replicate: 'boolean',
  rerror: ['ignore', 'report', 'stop'],
  ro: 'boolean',
  scsiblock: 'boolean',
  secs: integer,
  serial: 'url-encoded',
  shared: 'boolean',
  size: 'size',
  snapshot: 'boolean',
  ssd: 'boolean',
  trans: ['none', 'lba', 'auto'],
  vendor: /^[A-Za-z0-9\-_\s]{0,8}$/,
  version: ['v1.2', 'v2.0'],
  werror: ['enospc', 'ignore', 'report', 'stop'],
  wwn: /^0x[0-9a-fA-F]{16}$/,
}

export const driveOptionAliases: Readonly<Record<string, string>> = {
  volume: 'file',
  bps_rd_length: 'bps_rd_max_length',
  bps_wr_length: 'bps_wr_max_length',
  iops_rd_length: 'iops_rd_max_length',
  iops_wr_length: 'iops_wr_max_length',
}
