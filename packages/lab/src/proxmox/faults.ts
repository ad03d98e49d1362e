/** Where the world is made to fail. Everything here is seen by clients only as Proxmox would show it. */
export interface CallInfo {
  /** `POST /nodes/{node}/qemu/{vmid}/config` */
  readonly call: string
  readonly parameters: Readonly<Record<string, string>>
  /** `csi@pve!token` */
  readonly user: string
}

export type CallFault =
  /** Refused with this answer; nothing was done. */
  | { readonly kind: 'fail-before'; readonly status: number; readonly message: string }
  /** Done, but the answer says otherwise. */
  | { readonly kind: 'fail-after'; readonly status: number; readonly message: string }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'lose-request' }
  /** Done, and the connection breaks before the answer. */
  | { readonly kind: 'lose-answer' }
  /** The connection breaks at once, and what was asked is done later. */
  | { readonly kind: 'lose-answer-early' }
  /** Done after waiting. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The task that the call starts fails, before or after its effect. A call without a task answers 500 instead. */
  | { readonly kind: 'task-fails'; readonly when: 'before' | 'after'; readonly message: string }
  /** The task ends with `WARNINGS: 1`. */
  | { readonly kind: 'task-warns'; readonly message: string }

export type CallHook = (info: CallInfo) => CallFault | undefined

export class Faults {
  private readonly hooks = new Set<CallHook>()
  /** Nodes that do not answer. */
  readonly down = new Set<string>()
  /** Without quorum nothing under /etc/pve can be written or locked. */
  quorumLost = false

  /** The first hook that answers decides. Returns its removal. */
  onCall(hook: CallHook): () => void {
    this.hooks.add(hook)
    return () => void this.hooks.delete(hook)
  }

  /** One call that matches, once. `call` as in `CallInfo.call`. Returns its removal. */
  once(call: string, fault: CallFault): () => void {
    const remove = this.onCall((info) => {
      if (info.call !== call) return undefined
      remove()
      return fault
    })
    return remove
  }

  decide(info: CallInfo): CallFault | undefined {
    for (const hook of this.hooks) {
      const fault = hook(info)
      if (fault !== undefined) return fault
    }
    return undefined
  }
}
