/** What the kernel says of a block device. */
import { StorageError } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import { runOrThrow, timeouts, type Host } from './program.ts'

/** A SCSI disk as the guest sees it. */
export interface BlockDevice {
  /** `/dev/sdb`. */
  readonly path: string
  /** `sdb`. */
  readonly name: string
  /** SCSI serial number (vital product data, page 80h). */
  readonly serial?: string
  /** `0x` and 16 hexadecimal digits. */
  readonly wwn?: string
  /** Bytes. */
  readonly size: number
  /** `QEMU`. */
  readonly vendor?: string
  /** The slot at the hypervisor: QEMU puts scsiN at target N of one controller or at LUN N of a controller of its own. */
  readonly slot?: number
}

/** Bytes. Throws `internal` when the device cannot be opened. */
export async function deviceSize(host: Host, path: string): Promise<number> {
  const { stdout } = await runOrThrow(host, 'blockdev', ['--getsize64', path], timeouts.probe)
  const size = Number(stdout.trim())
  if (!Number.isSafeInteger(size) || size < 0) throw new StorageError('internal', `blockdev says that ${path} has ${JSON.stringify(stdout.trim())} bytes`)
  return size
}

/** From sysfs only, so that a device that hangs cannot hang this. undefined when there is no such device (any more). */
export async function readBlockDevice(host: Pick<Host, 'files'>, name: string): Promise<BlockDevice | undefined> {
  const sectors = await readOptionalText(host, `/sys/block/${name}/size`)
  if (sectors === undefined) return undefined
  const serial = parseSerialPage(await readOptional(host, `/sys/block/${name}/device/vpd_pg80`))
  const wwn = parseWwid(await readOptionalText(host, `/sys/block/${name}/device/wwid`))
  const vendor = await readOptionalText(host, `/sys/block/${name}/device/vendor`)
  const slot = parseSlot(await readOptionalLink(host, `/sys/block/${name}/device`))
  return {
    path: `/dev/${name}`,
    name,
    size: Number(sectors) * 512,
    ...(serial === undefined ? {} : { serial }),
    ...(wwn === undefined ? {} : { wwn }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(slot === undefined ? {} : { slot }),
  }
}

/** All SCSI disks of this machine. */
export async function listScsiDisks(host: Pick<Host, 'files'>): Promise<readonly BlockDevice[]> {
  const names = (await host.files.list('/sys/block')).filter((name) => /^sd[a-z]+$/.test(name))
  const devices: BlockDevice[] = []
  for (const name of names) {
    const device = await readBlockDevice(host, name)
    if (device !== undefined) devices.push(device)
  }
  return devices
}

/** SPC-4, 7.8.12: byte 1 is the page code 80h, bytes 2 and 3 the length, then the serial in ASCII. */
export function parseSerialPage(page: Uint8Array | undefined): string | undefined {
  if (page === undefined || page.length < 4 || page[1] !== 0x80) return undefined
  const length = ((page[2] ?? 0) << 8) | (page[3] ?? 0)
  const serial = new TextDecoder('latin1').decode(page.subarray(4, 4 + length)).replaceAll('\0', '').trim()
  return serial === '' ? undefined : serial
}

/** `naa.5000c500a1b2c3d4` → `0x5000c500a1b2c3d4`; other designators hold no WWN. */
export function parseWwid(wwid: string | undefined): string | undefined {
  const digits = /^naa\.([0-9a-f]{16})$/i.exec(wwid ?? '')?.[1]
  return digits === undefined ? undefined : `0x${digits.toLowerCase()}`
}

/** `../../../2:0:3:0` and `../../../5:0:0:3` are both slot 3. */
export function parseSlot(link: string | undefined): number | undefined {
  const [, target, lun] = /(?:^|\/)\d+:\d+:(\d+):(\d+)$/.exec(link ?? '') ?? []
  return target === undefined || lun === undefined ? undefined : Number(target) + Number(lun)
}

const gone = ['ENOENT', 'ENODEV', 'ENXIO', 'EINVAL', 'ENOTDIR']

async function readOptional(host: Pick<Host, 'files'>, path: string): Promise<Uint8Array | undefined> {
  try {
    return await host.files.read(path)
  } catch (error) {
    if (error instanceof FileFailure && gone.includes(error.code)) return undefined
    throw error
  }
}

async function readOptionalText(host: Pick<Host, 'files'>, path: string): Promise<string | undefined> {
  const bytes = await readOptional(host, path)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes).trim()
}

async function readOptionalLink(host: Pick<Host, 'files'>, path: string): Promise<string | undefined> {
  try {
    return await host.files.readlink(path)
  } catch (error) {
    if (error instanceof FileFailure && gone.includes(error.code)) return undefined
    throw error
  }
}
