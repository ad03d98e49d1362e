/**
 * Which running Proxmox tasks are this process' own. Any other task of our token was begun by a process that is gone, or by one that does not
 * know yet that it is: what it does to a disk nobody here can say, so it counts as an attachment.
 */
export class KnownTasks {
  readonly #upids = new Set<string>()
  /** VMs for which a change is on its way and its task's id has not come back. */
  readonly #asking = new Map<number, number>()

  /** Between asking for a change and knowing its task. */
  asking(vmid: number): () => void {
    this.#asking.set(vmid, (this.#asking.get(vmid) ?? 0) + 1)
    return () => {
      const left = (this.#asking.get(vmid) ?? 1) - 1
      if (left === 0) this.#asking.delete(vmid)
      else this.#asking.set(vmid, left)
    }
  }

  /** While its end is awaited here. */
  awaiting(upid: string): () => void {
    this.#upids.add(upid)
    return () => this.#upids.delete(upid)
  }

  /** Of these tasks on one VM, the ones that nobody here awaits. One is forgiven for each change whose id is still on its way. */
  strangers(vmid: number, upids: readonly string[]): readonly string[] {
    const unknown = upids.filter((upid) => !this.#upids.has(upid))
    return unknown.length <= (this.#asking.get(vmid) ?? 0) ? [] : unknown
  }
}
