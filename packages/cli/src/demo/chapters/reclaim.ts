import type { PersistentVolume } from 'kubernetes-types/core/v1.d.ts'
import type { DemoWorld } from '../demo-world.ts'
import { eventually, must, present } from '../demo-world.ts'
import { boundVolume, diskOf, exec, runningPod, storedDisk } from '../look.ts'
import { createAll } from './test-pod.ts'

const namespace = 'default'

/** Retain keeps the disk, Delete deletes it: both looked up at Proxmox. */
export async function reclaim(world: DemoWorld): Promise<void> {
  world.narrator.chapter('5. what remains when a claim is deleted')
  await underRetain(world)
  await underDelete(world)
}

async function underRetain(world: DemoWorld): Promise<void> {
  const { client, narrator } = world
  const volume = await boundVolume(world, namespace, 'test-csi-pvc')
  const name = volume.metadata?.name ?? ''
  await client.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'test-storage-pod' }, { gracePeriodSeconds: 1 })
  await client.remove({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'test-csi-pvc' })
  await eventually(world, 'the PV is Released', async () => (await client.get<PersistentVolume>({ apiVersion: 'v1', kind: 'PersistentVolume', name })).status?.phase === 'Released' || undefined, 60_000)
  present(storedDisk(world, volume), 'the disk is still there')
  narrator.done(`Retain: PV ${name} is Released and ${diskOf(volume).disk} is still on ${diskOf(volume).storage}`)
}

async function underDelete(world: DemoWorld): Promise<void> {
  const { client, narrator } = world
  const [testPod] = await world.example('seeds/000/04-2.yaml')
  const claimOf = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'my-app-data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'proxmox-ssd', resources: { requests: { storage: '10Gi' } } } }
  const consumer = JSON.parse(JSON.stringify(present(testPod, 'document 000 has its pod')).replaceAll('test-csi-pvc', 'my-app-data').replaceAll('test-storage-pod', 'my-app')) as typeof testPod
  await createAll(world, [claimOf, present(consumer, 'a consumer')])
  await runningPod(world, namespace, 'my-app')
  const volume = await boundVolume(world, namespace, 'my-app-data')
  must(volume.spec?.csi?.driver === 'csi.proxmox.sinextra.dev', 'class proxmox-ssd is served under the name csi.proxmox.sinextra.dev')
  const { disk, storage } = diskOf(volume)
  present(storedDisk(world, volume), `${disk} is there`)
  await exec(world, namespace, 'my-app', 'sh', '-c', 'echo kept until deleted > /data/note && sync')
  narrator.seen(`my-app-data of class proxmox-ssd (csi.proxmox.sinextra.dev) is ${disk} on ${storage}`)
  await client.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'my-app' }, { gracePeriodSeconds: 1 })
  await client.remove({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'my-app-data' })
  await eventually(world, 'the disk is gone', () => storedDisk(world, volume) === undefined || undefined, 60_000)
  await eventually(world, 'the PV is gone', async () => (await client.find({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume.metadata?.name ?? '' })) === undefined || undefined, 60_000)
  narrator.done(`Delete: PV and disk ${disk} are gone`)
}
