/**
 * Disks of nodes that are virtual machines, from their configs. Certain is what QEMU shows the guest: the size, the path under
 * /dev/disk/by-id, and whether it claims to rotate (`ssd=1`: no; else scsi-hd and ide-hd say yes, whatever lies below). Which
 * kernel name the guest gives it is not.
 */
import type { Facts } from '@stowage/module'
import { parseDiskSize } from '@stowage/proxmox/words/disk-size'
import { parseDrive, volumeOfEntry, type Drive } from '@stowage/proxmox/words/drive-string'
import type { Node } from 'kubernetes-types/core/v1'
import { factsOf, hostnameOf, type Seen } from './kubernetes-facts.ts'

/** A VM with its config, as the API has it. */
export interface VirtualMachine {
  readonly vmid: number
  readonly name?: string
  readonly config: Readonly<Record<string, string>>
}

export interface MachineFacts {
  readonly facts: Facts
  readonly notes: readonly string[]
}

export function factsOfMachines(nodes: readonly Node[], machines: readonly VirtualMachine[], region: string, seen: Seen): MachineFacts {
  const found = nodes.map((node) => ({ node, machines: machinesOf(node, machines, region) }))
  const doubtful = found.filter((one) => one.machines.length > 1)
  return {
    facts: found.flatMap(({ node, machines: [machine, ...others] }) => (machine === undefined || others.length > 0 ? [] : disksOf(hostnameOf(node), machine, seen))),
    notes: doubtful.map(({ node, machines: several }) => `node ${hostnameOf(node)} could be each of the VMs ${several.map(({ vmid }) => vmid).join(', ')}; nothing is taken from them`),
  }
}

/** By the UUID that the firmware shows, else by providerID, else by name. */
function machinesOf(node: Node, machines: readonly VirtualMachine[], region: string): readonly VirtualMachine[] {
  const uuid = node.status?.nodeInfo?.systemUUID?.toLowerCase()
  const ways: readonly ((machine: VirtualMachine) => boolean)[] = [
    ({ config }) => uuid !== undefined && uuid !== '' && uuidOf(config) === uuid,
    ({ vmid }) => node.spec?.providerID === `proxmox://${region}/${vmid}`,
    ({ name, config }) => name === node.metadata?.name && (uuid === undefined || uuidOf(config) === undefined || uuidOf(config) === uuid),
  ]
  return ways.map((matches) => machines.filter(matches)).find(({ length }) => length > 0) ?? []
}

function uuidOf({ smbios1 = '' }: VirtualMachine['config']): string | undefined {
  return /(?:^|,)uuid=([0-9a-fA-F-]{36})(?:,|$)/.exec(smbios1)?.[1]?.toLowerCase()
}

function disksOf(node: string, { config }: VirtualMachine, seen: Seen): Facts {
  return Object.entries(config).flatMap(([slot, text]) => {
    const bus = /^(scsi|sata|ide)\d+$/.exec(slot)?.[1]
    const drive = bus === undefined ? undefined : driveOf(text)
    if (bus === undefined || drive === undefined || drive.options['media'] === 'cdrom' || volumeOfEntry(text)?.endsWith('cloudinit') === true) return []
    const path = guestPath(bus, slot, drive)
    const bytes = drive.options['size'] === undefined ? undefined : parseDiskSize(drive.options['size'])
    return path === undefined ? [] : factsOf(`device/${node}/${path}`, { rotational: drive.options['ssd'] !== '1', type: 'disk', size: bytes === undefined ? undefined : Number(bytes), model: 'QEMU HARDDISK' }, seen)
  })
}

/** As udev names it: by the serial, which QEMU makes of the drive's id on SCSI; on IDE and SATA it counts over all disks, so only a serial of one's own tells. */
function guestPath(bus: string, slot: string, { options }: Drive): string | undefined {
  const { serial } = options
  if (bus === 'scsi') return `disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial ?? `drive-${slot}`}`
  return serial === undefined ? undefined : `disk/by-id/ata-QEMU_HARDDISK_${serial}`
}

function driveOf(text: string): Drive | undefined {
  try {
    return parseDrive(text)
  } catch {
    return undefined
  }
}
