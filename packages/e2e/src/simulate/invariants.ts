/** Looks at the world, never at what anybody was told, after every event of Proxmox. */
import type { HistoryEvent } from '@stowage/lab/proxmox/history'
import type { VmView } from '@stowage/lab/proxmox/world'
import type { Attachments } from './attachments.ts'
import type { Site } from './site.ts'
import { Violation } from './violations.ts'

/** Calls `onViolation` at the first thing that may never happen. */
export function watchInvariants(site: Site, attachments: Attachments, onViolation: (violation: Violation) => void): () => void {
  const foreign = new Set(site.proxmox.world.volumes().filter(({ owner }) => owner !== 9999).map(({ volid }) => volid))
  return site.proxmox.world.history.onEvent((event) => {
    const violation = doubleAttachment(site) ?? wrongDeletion(site, event, foreign) ?? attachedForNobody(event, attachments)
    if (violation !== undefined) onViolation(violation)
  })
}

/** The same bytes, writable in two machines. */
export function doubleAttachment({ proxmox }: Site): Violation | undefined {
  const holders = new Map<object, string>()
  for (const vm of proxmox.world.vms()) {
    for (const [slot, { disk, volid, readOnly }] of vm.plugged) {
      if (readOnly) continue
      const place = `VM ${vm.vmid} (${slot})`
      const other = holders.get(disk)
      if (other !== undefined) return new Violation('attached for writing twice', `${volid} is in ${other} and in ${place}`)
      holders.set(disk, place)
    }
  }
  return undefined
}

function wrongDeletion({ proxmox }: Site, { kind, volid = '', node }: HistoryEvent, foreign: ReadonlySet<string>): Violation | undefined {
  if (kind !== 'disk deleted') return undefined
  if (foreign.has(volid)) return new Violation('foreign disk deleted', `${volid} on ${node}`)
  const shared = volid.startsWith('nas:')
  const holder = proxmox.world.vms().find((vm) => (shared || vm.node === node) && holds(vm, volid))
  return holder === undefined ? undefined : new Violation('attached disk deleted', `${volid} was deleted while VM ${holder.vmid} had it`)
}

/** QEMU has it, or the config says that it will. */
function holds({ plugged, config }: VmView, volid: string): boolean {
  const named = [...config].some(([key, value]) => /^scsi\d+$/.test(key) && value.split(',')[0] === volid)
  return named || [...plugged.values()].some((device) => device.volid === volid)
}

/** A disk that comes into a VM after its detachment was answered: that answer was not true. */
function attachedForNobody({ kind, volid = '', node, vmid = 0 }: HistoryEvent, attachments: Attachments): Violation | undefined {
  if (kind !== 'disk attached' || isBootDisk(volid, vmid) || attachments.mayBeIn(volid, node, vmid)) return undefined
  return new Violation('answered before it was true', `${volid} came into VM ${vmid} after success had been answered to its detachment`)
}

function isBootDisk(volid: string, vmid: number): boolean {
  return volid.includes(`:vm-${vmid}-`)
}
