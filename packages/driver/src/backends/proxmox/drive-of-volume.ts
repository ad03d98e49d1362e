/** The drive string of an attached volume: class parameters and identity as Proxmox writes them. */
import { parseProxmoxParameters, proxmoxParameterDescriptions, throwForFindings, type ProxmoxParameters } from '@stowage/core'
import { formatDrive } from '@stowage/proxmox'
import type { Parameters } from '../../volume/backend.ts'
import { identityOf } from './identity.ts'

const fstypeKey = 'csi.storage.k8s.io/fstype'
const parameterKeys = new Set([...proxmoxParameterDescriptions.map(({ key }) => key), fstypeKey])

/**
 * The parameters that a volume was made with, from its context. Keys that others have put there (the provisioner's identity, an older plugin's) are
 * skipped: only a class is read strictly.
 */
export function parametersOfContext(storage: string, context: Parameters): ProxmoxParameters {
  const own = Object.fromEntries(Object.entries(context).filter(([key]) => parameterKeys.has(key)))
  const { parameters, findings } = parseProxmoxParameters({ ...own, storage })
  throwForFindings("the volume's attributes", findings)
  if (parameters === undefined) throw new TypeError('parameters without findings must parse')
  return parameters
}

export interface DriveWish {
  readonly volumeId: string
  readonly volid: string
  readonly parameters: ProxmoxParameters
  /** The VM's `scsihw`. */
  readonly controller: string | undefined
}

export function driveOf({ volumeId, volid, parameters, controller }: DriveWish): string {
  const { cache, aio, ssd, iothread, backup, replicate, diskIOPS, diskMBps } = parameters
  const { serial, wwn } = identityOf(volumeId)
  const options: Record<string, string | undefined> = {
    aio,
    backup: backup ? '1' : '0',
    cache,
    // Thin storages take freed blocks back only when the guest may discard them.
    discard: ssd === true ? 'on' : undefined,
    iops_rd: diskIOPS?.toString(),
    iops_wr: diskIOPS?.toString(),
    // Only a controller of its own for each disk can have a thread of its own.
    iothread: iothread && controller === 'virtio-scsi-single' ? '1' : undefined,
    mbps_rd: diskMBps?.toString(),
    mbps_wr: diskMBps?.toString(),
    replicate: replicate ? undefined : '0',
    serial,
    ssd: ssd === true ? '1' : undefined,
    wwn,
  }
  return formatDrive({ volume: volid, options: Object.fromEntries(Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))) })
}

/**
 * How the guest sees a drive that is attached, whoever attached it: QEMU's own serial where the config gives none. Keys that this version does not know are
 * no hindrance.
 */
export function guestIdentity(slot: string, entry: string): { readonly serial: string; readonly wwn?: string } {
  const serial = /,serial=([^,]+)/.exec(entry)?.[1]
  const wwn = /,wwn=(0x[0-9a-fA-F]{16})(?:,|$)/.exec(entry)?.[1]
  return { serial: serial === undefined ? `drive-${slot}` : decodeURIComponent(serial), ...(wwn === undefined ? {} : { wwn }) }
}
