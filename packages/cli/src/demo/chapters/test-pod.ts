import type { KubernetesObject } from '@stowage/kubernetes'
import type { DemoWorld } from '../demo-world.ts'
import { eventually, must, present } from '../demo-world.ts'
import { attachment, boundVolume, claim, diskOf, events, exec, holders, mountOf, proxmoxNodeOf, runningPod, storedDisk } from '../look.ts'

const namespace = 'default'

/** Document 000's own validation test, unchanged. */
export async function testPod(world: DemoWorld): Promise<void> {
  const { narrator, client } = world
  narrator.chapter('1. test-csi-pvc and test-storage-pod, as document 000 has them')
  await createAll(world, await world.example('seeds/000/04-1.yaml'))
  await eventually(world, 'PVC test-csi-pvc waits', async () => {
    const { status } = await claim(world, namespace, 'test-csi-pvc')
    const [waiting] = await events(world, namespace, 'PersistentVolumeClaim', 'test-csi-pvc', 'WaitForFirstConsumer')
    return status?.phase === 'Pending' ? waiting : undefined
  })
  narrator.seen('PVC test-csi-pvc is Pending: it waits for its first consumer')

  await createAll(world, await world.example('seeds/000/04-2.yaml'))
  const volume = await boundVolume(world, namespace, 'test-csi-pvc')
  const volumeName = volume.metadata?.name ?? ''
  const { disk, storage } = diskOf(volume)
  const node = await eventually(world, 'test-storage-pod is scheduled', async () => (await client.get<PodLike>({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'test-storage-pod' })).spec?.nodeName)
  const stored = present(storedDisk(world, volume), `Proxmox has ${storage}:${disk}`)
  must(stored.node === proxmoxNodeOf(world, node), `the disk is on the Proxmox node of ${node}`)
  narrator.seen(`disk ${disk} is on ${storage} of ${stored.node}, the node that ${node} runs on`)

  const held = await eventually(world, 'the disk is in the VM', () => holders(world, stored.volid)[0])
  must(held.vm === node, `the disk is plugged into ${node} and nowhere else`)
  await eventually(world, 'the VolumeAttachment says attached', async () => (await attachment(world, volumeName))?.status?.attached === true || undefined)
  narrator.seen(`hot-plugged into VM ${held.vm} as ${held.slot}; VolumeAttachment says attached`)

  const pod = await runningPod(world, namespace, 'test-storage-pod')
  const mount = await mountOf(world, pod, volumeName)
  must(mount.type === 'ext4' && mount.options.includes('noatime'), `the volume is ext4 and mounted noatime (it is ${mount.type}, ${mount.options.join(',')})`)
  narrator.seen(`formatted ${mount.type}, mounted ${mount.options.join(',')}; pod is Running on ${node}`)

  const read = await exec(world, namespace, 'test-storage-pod', 'sh', '-c', "echo 'test' > /data/test.txt && cat /data/test.txt")
  must(read.trim() === 'test', 'what was written is read back')
  narrator.done(`kubectl exec: /data/test.txt written and read back: ${read.trim()}`)
}

interface PodLike {
  readonly spec?: { readonly nodeName?: string }
}

/** As `kubectl apply` does for objects that are not there yet; objects without a namespace go where the test runs. */
export async function createAll(world: DemoWorld, objects: readonly KubernetesObject[], into = namespace): Promise<void> {
  for (const object of objects) await world.client.create(object.kind === 'Namespace' ? object : { ...object, metadata: { namespace: into, ...object.metadata } })
}
