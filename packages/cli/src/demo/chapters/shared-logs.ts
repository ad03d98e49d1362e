import type { DemoWorld } from '../demo-world.ts'
import { eventually, must } from '../demo-world.ts'
import { claim, events } from '../look.ts'
import { createAll } from './test-pod.ts'

const namespace = 'default'

/** Document 004's ReadWriteMany claim, on a class that is a disk. */
export async function sharedLogs(world: DemoWorld): Promise<void> {
  const { narrator } = world
  narrator.chapter('6. the ReadWriteMany claim of document 004, on a block class')
  await createAll(world, await world.example('seeds/completed/004/11.yaml'))
  const reason = await eventually(world, 'the class refuses', async () => (await events(world, namespace, 'PersistentVolumeClaim', 'shared-logs', 'ProvisioningFailed'))[0])
  must((await claim(world, namespace, 'shared-logs')).status?.phase === 'Pending', 'the claim stays Pending')
  must(/nfs|cephfs/i.test(reason), 'the sentence names what can serve it')
  narrator.refused(reason)
}
