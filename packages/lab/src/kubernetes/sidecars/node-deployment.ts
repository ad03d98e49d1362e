/** `--node-deployment`: one provisioner on each node, for volumes that live on that node only. */
import type { Claim, StorageClass } from '../controllers/objects.ts'
import { annotationOf, isDeleted } from '../controllers/objects.ts'
import { selectedNode } from '../controllers/volumes/annotations.ts'
import { requestedSize, waitsForConsumer } from '../controllers/volumes/match-volume.ts'
import { change, withAnnotations } from '../controllers/write.ts'
import type { Sidecar } from './sidecar.ts'
import type { Segment } from './topology.ts'

export interface NodeDeployment {
  readonly segment: Segment
  /** True when this node is to make the volume; for an Immediate claim that nobody has yet, it tries to become the one. */
  owns(claim: Claim, storageClass: StorageClass): Promise<boolean>
}

/** undefined without the flag. Throws when the container does not know its node. */
export async function nodeDeployment(sidecar: Sidecar): Promise<NodeDeployment | undefined> {
  const { flags, context, client, timeoutMs } = sidecar
  if (!flags.on('node-deployment', false)) return undefined
  const node = context.env['NODE_NAME'] ?? ''
  if (node === '') throw new Error('The NODE_NAME environment variable must be set when using --enable-node-deployment.')
  const { accessibleTopology } = await client.call('/csi.v1.Node/NodeGetInfo', {}, timeoutMs)
  const segment = accessibleTopology?.segments ?? {}
  const owns = async (claim: Claim, storageClass: StorageClass): Promise<boolean> => {
    const chosen = annotationOf(claim, selectedNode) ?? ''
    if (chosen !== '') return chosen === node
    if (waitsForConsumer(storageClass) || !flags.on('node-deployment-immediate-binding', true)) return false
    return becomeOwner(sidecar, claim, storageClass, segment, node)
  }
  return { segment, owns }
}

/** Waits a random while, so that the nodes do not all write at once; whoever writes first has it. */
async function becomeOwner(sidecar: Sidecar, claim: Claim, storageClass: StorageClass, segment: Segment, node: string): Promise<boolean> {
  const { clock, context, flags, api, client, timeoutMs, driver } = sidecar
  if (driver.controller.has('GET_CAPACITY')) {
    const answer = await client.call('/csi.v1.Controller/GetCapacity', { parameters: storageClass.parameters ?? {}, accessibleTopology: { segments: segment }, volumeCapabilities: [] }, timeoutMs)
    const largest = answer.maximumVolumeSize ?? answer.availableCapacity
    if (largest < requestedSize(claim).toNumber()) return false
  }
  await clock.sleep(context.effects.random.next() * flags.duration('node-deployment-base-delay', 20_000))
  const current = api.get<Claim>('persistentvolumeclaims', claim.metadata.name, claim.metadata.namespace)
  if (current === undefined || isDeleted(current) || current.metadata.uid !== claim.metadata.uid) return false
  const chosen = annotationOf(current, selectedNode) ?? ''
  if (chosen !== '') return chosen === node
  change<Claim>(api, 'persistentvolumeclaims', current, (latest) => withAnnotations(latest, { [selectedNode]: node }))
  return true
}
