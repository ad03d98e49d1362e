/** What is known of nodes and disks. Plain data: each fact says where it comes from and when it was seen. */
export interface Fact {
  /** `node/worker-1`, `device/worker-1/sdb`, `cluster`. */
  readonly object: string
  /** `rotational`, `size`, `schedulable`, `memory`, `kernel`… */
  readonly property: string
  readonly value: string | number | boolean
  readonly source: { readonly kind: 'declaration' | 'file' | 'cluster' | 'proxmox'; readonly name: string }
  /** When it was seen, RFC 3339; absent for what was written down. */
  readonly time?: string
}

export type Facts = readonly Fact[]

export const noFacts: Facts = []
