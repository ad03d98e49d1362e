/** Takes a disk out of one VM, and says so only when it is out: of the config, of what is pending, and of QEMU. */
import { StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import type { ConfigChange } from '@stowage/proxmox'
import { changeVm, type VmState } from './change-vm.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { placeOf } from './fence.ts'
import { referencesTo, type Reference, type ScannedVm } from './scan.ts'

/** Resolves when no entry of the VM names the disk any more, but for an `unused` one of the VM that owns it. */
export async function detachFrom(cluster: ProxmoxCluster, handle: VolumeHandle, vm: ScannedVm): Promise<void> {
  const volid = volidOf(handle)
  const what = `detach disk ${volid} from VM ${vm.vmid}${vm.name === undefined ? '' : ` (${vm.name})`}`
  const asked = new Set<string>()
  await changeVm({
    cluster,
    node: vm.node,
    vmid: vm.vmid,
    what,
    decide: (state) => {
      const next = nextStep(volid, vm, state)
      const key = JSON.stringify(next) + state.current.digest
      if (next !== undefined && asked.has(key)) throw stillHeld(volid, vm, state)
      asked.add(key)
      return next
    },
  })
}

/** One thing at a time: a pending attachment is taken back, a running one unplugged, a remembered one forgotten. */
function nextStep(volid: string, vm: ScannedVm, state: VmState): Omit<ConfigChange, 'digest'> | undefined {
  const references = referencesInState(volid, vm, state)
  const attaching = references.find(({ state: is }) => is === 'attaching')
  if (attaching !== undefined) return { revert: [attaching.slot] }
  const attached = references.find(({ state: is }) => is === 'attached' || is === 'detaching')
  if (attached !== undefined) return { remove: [attached.slot] }
  // Proxmox destroys a disk whose `unused` entry goes, if the VM owns it; of another owner's disk only the entry goes.
  const remembered = references.find(({ state: is }) => is === 'unused')
  return remembered === undefined || ownerOf(volid) === vm.vmid ? undefined : { remove: [remembered.slot] }
}

export function referencesInState(volid: string, vm: ScannedVm, { entries }: VmState): readonly Reference[] {
  return referencesTo(volid, [{ ...vm, entries }])
}

/** The VMID in a disk's name. */
export function ownerOf(volid: string): number | undefined {
  const digits = /:(?:.*\/)?(?:vm|base)-(\d+)-/.exec(volid)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function stillHeld(volid: string, vm: ScannedVm, state: VmState): StorageError {
  const places = referencesInState(volid, vm, state).map(placeOf).join(' and ')
  return new StorageError('unavailable', `disk ${volid} is still in ${places}: Proxmox accepted its removal, but the VM has not let go of it. Look at what uses it in the guest; this is tried again by itself`)
}
