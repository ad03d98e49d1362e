/**
 * Drive strings of a VM's config: `local-zfs:vm-9999-pvc-1,iothread=1,size=10G`. Parsed and written back as Proxmox does
 * (pve-common, JSONSchema.pm: parse_property_string, print_property_string): the volume first and without its key, the
 * other keys sorted, booleans as 0 and 1, sizes in their largest whole unit, serials url-encoded.
 */
import { StorageError } from '@stowage/core'
import { formatDiskSize, parseDiskSize } from './disk-size.ts'
import { driveOptions, driveOptionAliases, type DriveOptionType } from './drive-options.ts'

export interface Drive {
  /** `storage:volume`, a path, `none` or `cdrom`. */
  readonly volume: string
  /** In canonical form: booleans `0`/`1`, `serial` decoded. */
  readonly options: Readonly<Record<string, string>>
}

/** Throws `invalid` with the reason, in the words of the grammar. */
export function parseDrive(text: string): Drive {
  let volume: string | undefined
  const options: Record<string, string> = {}
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [key, value] = keyAndValue(part)
    if (key === 'file') {
      if (volume !== undefined) throw fault(text, 'it names two volumes')
      volume = value
      continue
    }
    if (Object.hasOwn(options, key)) throw fault(text, `the key ${key} stands twice`)
    const type = Object.hasOwn(driveOptions, key) ? driveOptions[key] : undefined
    if (type === undefined) throw fault(text, `the key ${JSON.stringify(key)} is not one of a drive`)
    options[key] = canonical(text, key, value, type)
  }
  if (volume === undefined || volume === '') throw fault(text, 'it names no volume')
  return { volume, options }
}

export function formatDrive({ volume, options }: Drive): string {
  const keys = Object.keys(options).sort()
  const text = [volume, ...keys.map((key) => `${key}=${written(key, options[key] ?? '')}`)].join(',')
  parseDrive(text)
  return text
}

/** The volume that a config entry names, whatever else stands in it: fences must see disks in entries that nobody understands. */
export function volumeOfEntry(text: string): string | undefined {
  for (const part of text.split(',')) {
    const [key, value] = keyAndValue(part)
    if (key === 'file' && value !== '') return value
  }
  return undefined
}

function keyAndValue(part: string): readonly [string, string] {
  const equals = part.indexOf('=')
  if (equals === -1) return ['file', part.trim()]
  const key = part.slice(0, equals).trim()
  return [driveOptionAliases[key] ?? key, part.slice(equals + 1).trim()]
}

function canonical(text: string, key: string, value: string, type: DriveOptionType): string {
  const bad = (expected: string): StorageError => fault(text, `${key} is ${JSON.stringify(value)}, not ${expected}`)
  if (type === 'boolean') {
    const lower = value.toLowerCase()
    if (['1', 'on', 'yes', 'true'].includes(lower)) return '1'
    if (['0', 'off', 'no', 'false'].includes(lower)) return '0'
    throw bad('a boolean')
  }
  if (type === 'size') {
    const bytes = parseDiskSize(value)
    if (bytes === undefined) throw bad('a size like 10G')
    return formatDiskSize(bytes)
  }
  if (type === 'url-encoded') return decoded(value, bad)
  if (Array.isArray(type)) {
    if (type.includes(value)) return value
    throw bad(`one of ${type.join(', ')}`)
  }
  if (type instanceof RegExp && type.test(value)) return value
  throw bad('of the form that the schema gives')
}

function decoded(value: string, bad: (expected: string) => StorageError): string {
  try {
    return decodeURIComponent(value)
  } catch (error) {
    throw Object.assign(bad('url-encoded'), { cause: error })
  }
}

function written(key: string, value: string): string {
  return driveOptions[key] === 'url-encoded' ? encodeURIComponent(value) : value
}

function fault(text: string, why: string): StorageError {
  return new StorageError('invalid', `${JSON.stringify(text)} is not a Proxmox drive: ${why}`)
}
