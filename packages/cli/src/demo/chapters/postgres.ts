import { Size } from '@stowage/core'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import type { DemoWorld } from '../demo-world.ts'
import { eventually, must, present } from '../demo-world.ts'
import { boundVolume, claim, events, exec, holders, livePod, proxmoxNodeOf, storedDisk } from '../look.ts'
import { createAll } from './test-pod.ts'

const namespace = 'default'
const data = '/var/lib/postgresql/data'

/** Document 001's database: expanded while it is mounted. */
export async function expandPostgres(world: DemoWorld): Promise<void> {
  const { narrator, client } = world
  narrator.chapter('3. postgres-data of document 001: 20Gi, expanded to 40Gi while mounted')
  await createAll(world, await world.example('seeds/completed/001/04.yaml'))
  const pod = await runningPostgres(world)
  const volume = await boundVolume(world, namespace, 'postgres-data')
  narrator.seen(`${pod.metadata?.name} is Running on ${pod.spec?.nodeName} with ${(await claim(world, namespace, 'postgres-data')).status?.capacity?.['storage']}`)

  await client.patch({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'postgres-data' }, { type: 'strategic', body: { spec: { resources: { requests: { storage: '40Gi' } } } } })
  narrator.note(`kubectl patch pvc postgres-data -p '{"spec":{"resources":{"requests":{"storage":"40Gi"}}}}'`)
  await eventually(world, 'the claim has 40Gi', async () => (await claim(world, namespace, 'postgres-data')).status?.capacity?.['storage'] === '40Gi' || undefined, 60_000)
  const stored = present(storedDisk(world, volume), 'the disk is still there')
  must(stored.size === Size.gib(40).toNumber(), `Proxmox's disk has 40 GiB (it has ${stored.size} bytes)`)
  const [, size = ''] = present((await exec(world, namespace, pod.metadata?.name ?? '', 'df', '-h', data)).split('\n')[1], 'df answers').split(/\s+/)
  must(Number.parseFloat(size) > 36, `the mounted filesystem has grown too (df says ${size})`)
  const now = await runningPostgres(world)
  must(now.metadata?.uid === pod.metadata?.uid && (now.status?.containerStatuses?.[0]?.restartCount ?? 0) === 0, 'the pod was never restarted')
  narrator.done(`claim 40Gi, disk ${stored.volid} 40 GiB, df in the pod ${size}; the pod was not restarted`)
}

/** The same pod on another VM: the bytes come along. Then nowhere, with the reason. */
export async function movePostgres(world: DemoWorld): Promise<void> {
  const { narrator, client } = world
  narrator.chapter('4. the pod moves to another VM of the same Proxmox node')
  const before = await runningPostgres(world)
  const from = before.spec?.nodeName ?? ''
  const home = proxmoxNodeOf(world, from)
  const volume = await boundVolume(world, namespace, 'postgres-data')
  const { volid } = present(storedDisk(world, volume), 'the disk is there')
  await exec(world, namespace, before.metadata?.name ?? '', 'sh', '-c', `dd if=/dev/urandom of=${data}/photo.raw bs=1024 count=256 && sync`)
  const hash = (await exec(world, namespace, before.metadata?.name ?? '', 'sha256sum', `${data}/photo.raw`)).split(' ')[0] ?? ''
  narrator.seen(`wrote ${data}/photo.raw on ${from}; sha256 ${hash.slice(0, 16)}…`)

  await setSchedulable(world, from, false)
  const mark = world.lab.proxmox.world.history.events.length
  await client.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: before.metadata?.name ?? '' })
  const after = await runningPostgres(world, before.metadata?.uid)
  const to = after.spec?.nodeName ?? ''
  must(to !== from && proxmoxNodeOf(world, to) === home, `the pod runs on another VM of ${home} (it is on ${to})`)
  for (const event of world.lab.proxmox.world.history.events.slice(mark)) {
    if (event.volid === volid && (event.kind === 'disk detached' || event.kind === 'disk attached')) {
      narrator.seen(`${event.kind === 'disk detached' ? 'unmounted and detached from' : 'attached to'} VM ${event.vmid} (${event.slot})`)
    }
  }
  must(holders(world, volid).map(({ vm }) => vm).join() === to, `only ${to} holds the disk`)
  const again = (await exec(world, namespace, after.metadata?.name ?? '', 'sha256sum', `${data}/photo.raw`)).split(' ')[0] ?? ''
  must(again === hash, `the hash is the same (${hash} → ${again})`)
  narrator.done(`${from} → ${to}, both on ${home}: mounted again, sha256 ${again.slice(0, 16)}… is the same`)

  await setSchedulable(world, to, false)
  await client.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: after.metadata?.name ?? '' })
  const reason = await eventually(world, 'the scheduler says why', async () => {
    const waiting = await livePod(world, namespace, 'app=postgres')
    if (waiting?.metadata?.uid === after.metadata?.uid) return undefined
    const seen = await events(world, namespace, 'Pod', waiting?.metadata?.name ?? '', 'FailedScheduling')
    return seen.find((message) => /volume node affinity|affinity/.test(message))
  })
  narrator.refused(`no VM of ${home} is left: ${reason}`)
  await setSchedulable(world, from, true)
  await setSchedulable(world, to, true)
  narrator.seen(`uncordoned: ${(await runningPostgres(world, after.metadata?.uid)).spec?.nodeName} runs it again`)
}

async function runningPostgres(world: DemoWorld, notUid?: string): Promise<Pod> {
  return eventually(world, 'postgres is Running', async () => {
    const seen = await livePod(world, namespace, 'app=postgres')
    return seen?.status?.phase === 'Running' && seen.metadata?.uid !== notUid ? seen : undefined
  }, 90_000)
}

async function setSchedulable(world: DemoWorld, node: string, schedulable: boolean): Promise<void> {
  await world.client.patch({ apiVersion: 'v1', kind: 'Node', name: node }, { type: 'merge', body: { spec: { unschedulable: schedulable ? null : true } } })
  world.narrator.note(`kubectl ${schedulable ? 'uncordon' : 'cordon'} ${node}`)
}
