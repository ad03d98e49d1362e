/** Small looks at the world, each from where the truth is: the API, the hypervisor, the machine's mount table. */
import { parseVolumeHandle } from '@stowage/core'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { VolumeAttachment } from 'kubernetes-types/storage/v1.d.ts'
import type { DemoWorld } from './demo-world.ts'
import { eventually, must, present, UntrueStep } from './demo-world.ts'

export const claim = (world: DemoWorld, namespace: string, name: string): Promise<PersistentVolumeClaim> =>
  world.client.get<PersistentVolumeClaim>({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name })

export const pod = (world: DemoWorld, namespace: string, name: string): Promise<Pod> => world.client.get<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, name })

export const volume = (world: DemoWorld, name: string): Promise<PersistentVolume> => world.client.get<PersistentVolume>({ apiVersion: 'v1', kind: 'PersistentVolume', name })

export async function boundVolume(world: DemoWorld, namespace: string, name: string): Promise<PersistentVolume> {
  const volumeName = await eventually(world, `PVC ${namespace}/${name} is Bound`, async () => {
    const { status, spec } = await claim(world, namespace, name)
    return status?.phase === 'Bound' ? spec?.volumeName : undefined
  })
  return volume(world, volumeName)
}

export async function runningPod(world: DemoWorld, namespace: string, name: string): Promise<Pod> {
  return eventually(world, `Pod ${namespace}/${name} is Running`, async () => {
    const seen = await pod(world, namespace, name)
    return seen.status?.phase === 'Running' ? seen : undefined
  })
}

/** The one pod with these labels that is not on its way out. */
export async function livePod(world: DemoWorld, namespace: string, labelSelector: string): Promise<Pod | undefined> {
  const { items } = await world.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector })
  return items.find(({ metadata }) => metadata?.deletionTimestamp === undefined)
}

/** The event messages about an object, oldest first. */
export async function events(world: DemoWorld, namespace: string, kind: string, name: string, reason: string): Promise<readonly string[]> {
  const { items } = await world.client.list<{ reason?: string; message?: string; involvedObject?: { kind?: string; name?: string } }>({ apiVersion: 'v1', kind: 'Event' }, { namespace })
  return items
    .filter((event) => event.reason === reason && event.involvedObject?.kind === kind && event.involvedObject.name === name)
    .map(({ message }) => message ?? '')
}

/** `vm-9999-pvc-…` and where it lies, from the volume's handle. */
export function diskOf(volume: PersistentVolume): { readonly disk: string; readonly storage: string; readonly zone: string } {
  const handle = present(volume.spec?.csi?.volumeHandle, `PV ${volume.metadata?.name} has a CSI volume handle`)
  return parseVolumeHandle(handle)
}

/** The hypervisor's own view of that disk; undefined when it is not there. */
export function storedDisk(world: DemoWorld, volume: PersistentVolume): { readonly size: number; readonly node: string | undefined; readonly volid: string } | undefined {
  const { disk, storage, zone } = diskOf(volume)
  return world.lab.proxmox.world.volumes().find((seen) => seen.volid === `${storage}:${disk}` && (seen.node === undefined || seen.node === zone))
}

/** Which VM's QEMU holds the disk, and in which slot. */
export function holders(world: DemoWorld, volid: string): readonly { readonly vm: string; readonly node: string; readonly slot: string }[] {
  return world.lab.proxmox.world
    .vms()
    .flatMap((vm) => [...vm.plugged].filter(([, plugged]) => plugged.volid === volid).map(([slot]) => ({ vm: vm.name, node: vm.node, slot })))
}

export function proxmoxNodeOf(world: DemoWorld, machine: string): string {
  return present(world.lab.proxmox.world.vms().find(({ name }) => name === machine)?.node, `VM ${machine} is known to Proxmox`)
}

/** The line of the machine's mount table for a pod's volume: type and options. */
export async function mountOf(world: DemoWorld, pod: Pod, volumeName: string): Promise<{ readonly type: string; readonly options: readonly string[] }> {
  const machine = present(world.lab.machines.get(pod.spec?.nodeName ?? ''), `node ${pod.spec?.nodeName} is a machine of the lab`)
  const path = `/var/lib/kubelet/pods/${pod.metadata?.uid}/volumes/kubernetes.io~csi/${volumeName}/mount`
  for (const line of (await machine.files.readText('/proc/self/mountinfo')).split('\n')) {
    const [left = '', right = ''] = line.split(' - ')
    const fields = left.split(' ')
    if (fields[4] === path) return { type: right.split(' ')[0] ?? '', options: (fields[5] ?? '').split(',') }
  }
  throw new UntrueStep(`not true: ${path} is mounted on ${machine.name}`)
}

/** Runs a command in a pod as `kubectl exec` would, and expects it to succeed. */
export async function exec(world: DemoWorld, namespace: string, podName: string, ...command: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await world.lab.podStreams.exec(namespace, podName, undefined, command)
  const text = new TextDecoder()
  must(exitCode === 0, `\`${command.join(' ')}\` in ${namespace}/${podName} exits 0 (it exits ${exitCode}: ${text.decode(stderr)})`)
  return text.decode(stdout)
}

export async function attachment(world: DemoWorld, volumeName: string): Promise<VolumeAttachment | undefined> {
  const { items } = await world.client.list<VolumeAttachment>({ apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment' })
  return items.find(({ spec }) => spec.source.persistentVolumeName === volumeName)
}
