/** A VM that runs on another node by now, while its own is dead: what went on there has ended with it. */
import { ProxmoxError } from '@stowage/proxmox'
import type { ProxmoxCluster } from './cluster.ts'

/**
 * High availability moves a VM's config only after its node was fenced, and so does a careful administrator. Nothing that was begun there goes on, and the
 * config where it is now says what became of it. undefined while the VM is on that node, the node answers, or nobody can say.
 */
export async function movedFrom({ client }: ProxmoxCluster, node: string, vmid: number, what: string): Promise<ProxmoxError | undefined> {
  try {
    const vm = (await client.vms()).find((each) => each.vmid === vmid)
    const home = (await client.nodes()).find((each) => each.node === node)
    const isDead = home === undefined || home.status === 'offline'
    if (!isDead || vm?.node === node || (vm === undefined && home !== undefined)) return undefined
    const now = vm === undefined ? 'gone' : `on node ${vm.node}`
    return new ProxmoxError('unavailable', `${what}: node ${node} died meanwhile, and the VM is ${now} now; what was done is looked at there when this is tried again`, { fate: 'refused', repeat: 'later', meaning: 'no-vm' })
  } catch {
    return undefined
  }
}
