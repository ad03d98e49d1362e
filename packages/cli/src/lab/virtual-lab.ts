/** The lab in virtual time: no sockets, one seed, and a day in seconds. */
import { VirtualWorld } from '@stowage/effects/virtual'
import { KubernetesClient } from '@stowage/kubernetes'
import { createLab, homelab } from '@stowage/lab'
import type { Lab } from '@stowage/lab'
import type { Clock, Effects } from '@stowage/effects'
import { stowageImages } from './images.ts'
import { storeCredentials } from './storage-credentials.ts'

export interface VirtualLab {
  readonly world: VirtualWorld
  readonly lab: Lab
  readonly client: KubernetesClient
  readonly clock: Clock
  /** Those of the person at the keyboard. */
  readonly effects: Effects
  /** Must run inside `world.run`. */
  prepare(): Promise<void>
}

const kubernetesOrigin = 'https://kubernetes.lab.example'

export function createVirtualLab(seed: number | string): VirtualLab {
  const world = new VirtualWorld({ seed })
  const lab = createLab({ processes: world, layout: homelab, images: stowageImages })
  world.route(kubernetesOrigin, lab.kubernetes)
  for (const node of homelab.proxmoxNodes) world.route(`https://${node}.example:8006`, lab.proxmox.handler(node))
  const { effects } = world.process('stowage')
  const client = new KubernetesClient({ server: kubernetesOrigin, http: effects.http, clock: effects.clock })
  return { world, lab, client, clock: effects.clock, effects, prepare: () => storeCredentials(client, lab.credentials) }
}
