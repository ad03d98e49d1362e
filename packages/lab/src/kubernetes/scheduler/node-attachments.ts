/** What is attached to each node, kept until something that concerns the node changes: a pod is checked against every node. */
import type { Caches } from '../controllers/caches.ts'
import type { Pod } from '../controllers/objects.ts'
import { keyOf } from '../controllers/objects.ts'
import { attachedTo } from './attach-limits.ts'
import type { AttachedVolumes } from './attach-limits.ts'

export interface Placements {
  /** Pods that are on the node or are about to be. */
  podsOn(node: string): readonly Pod[]
  /** The node that a pod is on or is about to be; undefined when it has none. */
  nodeOf(pod: Pod): string | undefined
}

export class NodeAttachments {
  readonly #caches: Caches
  readonly #placements: Placements
  readonly #known = new Map<string, AttachedVolumes>()

  constructor(caches: Caches, placements: Placements) {
    this.#caches = caches
    this.#placements = placements
    const { attachments, claims, classes, volumes } = caches
    attachments.onChange(({ object, previous }) => {
      this.forget(object.spec.nodeName)
      if (previous !== undefined) this.forget(previous.spec.nodeName)
    })
    claims.onChange(({ object }) => this.#forgetUsers(keyOf(object)))
    volumes.onChange(({ object: { metadata } }) => {
      for (const claim of claims.by('volume', metadata.name)) this.#forgetUsers(keyOf(claim))
      for (const { spec } of attachments.by('volume', metadata.name)) this.forget(spec.nodeName)
    })
    classes.onChange(() => this.#known.clear())
  }

  on(node: string): AttachedVolumes {
    const known = this.#known.get(node)
    if (known !== undefined) return known
    const attached = attachedTo(this.#caches, node, this.#placements.podsOn(node))
    this.#known.set(node, attached)
    return attached
  }

  /** To be called when the pods of the node change. */
  forget(node: string): void {
    this.#known.delete(node)
  }

  #forgetUsers(claim: string): void {
    for (const pod of this.#caches.pods.by('claim', claim)) {
      const node = this.#placements.nodeOf(pod)
      if (node !== undefined) this.forget(node)
    }
  }
}
