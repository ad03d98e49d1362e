/** Finds a disk by what the controller promised, and never by its slot or its name. */
import { StorageError } from '@stowage/core'
import { FileFailure, startDeadline } from '@stowage/effects'
import { listScsiDisks, readBlockDevice, type BlockDevice } from './block-device.ts'
import type { Host } from './program.ts'

export interface DiskIdentity {
  readonly serial: string
  /** `0x` and 16 hexadecimal digits. */
  readonly wwn?: string
}

export interface FindOptions {
  /** Milliseconds to wait for udev. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /**
   * For rigs whose disks are loop devices: these have neither serial nor WWN, only their name under /dev/disk/by-id. Never set where
   * real disks are.
   */
  readonly trustLoopDevices?: boolean
}

const pollMs = 100

/**
 * The device whose serial (and WWN, when one is promised) the kernel itself confirms. Throws `unavailable` when it does not come in time, `precondition`
 * when two devices say the same of themselves.
 */
export async function findDevice(host: Host, identity: DiskIdentity, options: FindOptions): Promise<BlockDevice> {
  const deadline = startDeadline(host.clock, options.timeoutMs, options.signal)
  const others = new Set<string>()
  try {
    while (!deadline.signal.aborted) {
      const device = await lookOnce(host, identity, options, others)
      if (device !== undefined) return device
      await host.clock.sleep(pollMs, deadline.signal).catch(() => {})
    }
    throw notFound(identity, options.timeoutMs, others)
  } finally {
    deadline.done()
  }
}

async function lookOnce(host: Host, identity: DiskIdentity, options: Pick<FindOptions, 'trustLoopDevices'>, others: Set<string>): Promise<BlockDevice | undefined> {
  for (const link of byIdLinks(identity)) {
    const path = await followLink(host, link)
    if (path === undefined) continue
    const device = await readBlockDevice(host, path.replace(/^\/dev\//, ''))
    if (device === undefined) continue
    if (matches(device, identity)) return onlyOne(host, identity, device)
    if (options.trustLoopDevices === true && /^loop\d+$/.test(device.name)) return { ...device, ...identity }
    others.add(`${link} leads to ${device.path} with serial ${device.serial ?? 'unknown'}`)
  }
  return undefined
}

export function byIdLinks({ serial, wwn }: DiskIdentity): readonly string[] {
  const directory = '/dev/disk/by-id'
  return [...(wwn === undefined ? [] : [`${directory}/wwn-${wwn}`]), `${directory}/scsi-0QEMU_QEMU_HARDDISK_${serial}`, `${directory}/scsi-SQEMU_QEMU_HARDDISK_${serial}`]
}

/**
 * The serial decides. A disk that was attached without one (by the existing plugin, or by hand) has QEMU's default name `drive-scsiN`, which the
 * guest sees in the link only: then the kernel's WWN decides, or where there is none, the slot that the name says.
 */
function matches(device: BlockDevice, { serial, wwn }: DiskIdentity): boolean {
  const wwnDiffers = wwn !== undefined && device.wwn !== undefined && device.wwn !== wwn.toLowerCase()
  if (wwnDiffers) return false
  if (device.serial !== undefined) return device.serial === serial
  if (wwn !== undefined) return device.wwn !== undefined
  const slot = /^drive-scsi(\d+)$/.exec(serial)?.[1]
  return slot !== undefined && device.slot === Number(slot)
}

/** Two disks may bear one identity, e.g. a copy that was attached with the original's options; the link leads to whichever came last. */
async function onlyOne(host: Host, identity: DiskIdentity, device: BlockDevice): Promise<BlockDevice> {
  const bears = ({ serial, wwn }: BlockDevice): boolean => serial === identity.serial || (wwn !== undefined && wwn === identity.wwn?.toLowerCase())
  const twins = (await listScsiDisks(host)).filter((other) => other.name !== device.name && bears(other))
  if (twins.length === 0) return device
  throw new StorageError('precondition', `${[device, ...twins].map(({ path }) => path).join(' and ')} both have serial ${identity.serial} or its WWN, so it is not known which is the volume; look in the VM's config for two drives with this serial, and take the wrong one out`)
}

async function followLink(host: Host, link: string): Promise<string | undefined> {
  try {
    return await host.files.realpath(link)
  } catch (error) {
    if (error instanceof FileFailure) return undefined
    throw error
  }
}

function notFound({ serial, wwn }: DiskIdentity, timeoutMs: number, others: ReadonlySet<string>): StorageError {
  const seen = others.size === 0 ? 'no such link under /dev/disk/by-id' : [...others].join(', ')
  const name = wwn === undefined ? `serial ${serial}` : `serial ${serial}, WWN ${wwn}`
  return new StorageError(
    'unavailable',
    `the disk with ${name} did not appear on this node within ${Math.round(timeoutMs / 1000)} s: ${seen}. Look whether the VM has it plugged in (qm monitor: info block) and whether its option hotplug includes disk`,
    { details: { serial, wwn, seen: [...others] } },
  )
}
