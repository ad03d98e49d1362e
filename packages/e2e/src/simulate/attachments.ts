/** What the callers know: a volume may be in a VM from the first call that asks for it until the answer that it is out. */
export class Attachments {
  private readonly asked = new Set<string>()

  ask(volumeId: string, vmid: number): void {
    this.asked.add(`${vmid} ${volumeId}`)
  }

  answeredDetached(volumeId: string, vmid: number): void {
    this.asked.delete(`${vmid} ${volumeId}`)
  }

  /** `disk` as Proxmox names it: `local-zfs:vm-9999-x`, on this node. */
  mayBeIn(volid: string, node: string, vmid: number): boolean {
    const [storage = '', disk = ''] = splitOnce(volid)
    return [`home/${node}/${storage}/${disk}`, `home//${storage}/${disk}`].some((volumeId) => this.asked.has(`${vmid} ${volumeId}`))
  }
}

function splitOnce(volid: string): readonly [string, string] {
  const at = volid.indexOf(':')
  return [volid.slice(0, at), volid.slice(at + 1)]
}
