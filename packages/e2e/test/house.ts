/** The whole house in virtual time with the home lab's declaration applied; looks at it are looks at the world, and at what the person on call can read. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readText } from '@stowage/effects'
import type { LabNode } from '@stowage/lab/lab-node'
import { planStorage, readDeclaration } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import type { Node, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { VolumeAttachment } from 'kubernetes-types/storage/v1.d.ts'
import { createVirtualLab, type VirtualLab } from 'stowage/lab/virtual-lab'
import { expect } from 'vitest'

export const GiB = 1024 ** 3
const declaration = readFileSync(fileURLToPath(new URL('../../../examples/homelab/storage.yaml', import.meta.url)), 'utf8')

interface EventObject {
  readonly reason?: string
  readonly message?: string
  readonly involvedObject?: { readonly kind?: string; readonly name?: string }
}

export interface ClaimWish {
  readonly storageClass?: string
  readonly size?: string
  readonly modes?: readonly string[]
}

export class House {
  readonly virtual: VirtualLab
  /** Every disk that was ever writable in two VMs, or mounted for writing on two machines, at the same time. */
  readonly doubles: string[] = []

  constructor(virtual: VirtualLab) {
    this.virtual = virtual
    virtual.lab.proxmox.world.history.onEvent(() => this.#lookForDoubles())
  }

  get lab(): VirtualLab['lab'] {
    return this.virtual.lab
  }

  get proxmox(): VirtualLab['lab']['proxmox'] {
    return this.virtual.lab.proxmox
  }

  node(name: string): LabNode {
    const node = this.lab.nodes.get(name)
    if (node === undefined) throw new Error(`no node ${name}`)
    return node
  }

  async create(...objects: readonly { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } }[]): Promise<void> {
    for (const object of objects) await this.virtual.client.create(object.kind === 'StorageClass' ? object : { ...object, metadata: { namespace: 'default', ...object.metadata } })
  }

  async remove(kind: string, name: string, apiVersion = 'v1'): Promise<void> {
    await this.virtual.client.remove({ apiVersion, kind, name, namespace: 'default' })
  }

  pod(name: string): Promise<Pod | undefined> {
    return this.virtual.client.find<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name })
  }

  /** Of the pods with this label that are not on their way out. */
  async pods(app: string): Promise<readonly Pod[]> {
    const { items } = await this.virtual.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'default', labelSelector: `app=${app}` })
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
  }

  /** The container of the driver that serves the controller: `kill -9`. How many were killed. */
  killController(): number {
    const found = [...this.lab.nodes.values()].flatMap(({ runtime }) => runtime.containers().filter(({ spec, exitCode }) => exitCode === undefined && spec.image.includes('/driver') && spec.pod.includes('controller')).map(({ id }) => ({ id, runtime })))
    for (const { id, runtime } of found) runtime.kill(id)
    return found.length
  }

  /** Before, the scheduler places no pod of a class that waits for its first consumer, whatever else is wrong. */
  async knowsRoom(): Promise<true | undefined> {
    const { items } = await this.virtual.client.list<{ readonly storageClassName?: string }>({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity' })
    const counts = ['proxmox-csi', 'proxmox-lvm', 'proxmox-ssd'].map((name) => items.filter(({ storageClassName }) => storageClassName === name).length)
    return counts.every((count) => count === this.lab.layout.proxmoxNodes.length) || undefined
  }

  async isReady(node: string): Promise<boolean> {
    const { status } = await this.virtual.client.get<Node>({ apiVersion: 'v1', kind: 'Node', name: node })
    return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  }

  async taint(node: string, key: string): Promise<void> {
    await this.virtual.client.patch({ apiVersion: 'v1', kind: 'Node', name: node }, { type: 'strategic', body: { spec: { taints: [{ key, value: 'nodeshutdown', effect: 'NoExecute' }] } } })
  }

  claim(name: string): Promise<PersistentVolumeClaim> {
    return this.virtual.client.get<PersistentVolumeClaim>({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name })
  }

  async attachments(): Promise<readonly VolumeAttachment[]> {
    return (await this.virtual.client.list<VolumeAttachment>({ apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment' })).items
  }

  /** `reason: message`, oldest first: what `kubectl describe` shows. */
  async events(kind: string, name: string): Promise<readonly string[]> {
    const { items } = await this.virtual.client.list<EventObject>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' })
    return items.filter(({ involvedObject }) => involvedObject?.kind === kind && involvedObject.name === name).map(({ reason, message }) => `${reason}: ${message}`)
  }

  /** Asks until there is an answer, at most `seconds` of virtual time; what `describe` says is in the failure. */
  async until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined, seconds = 120): Promise<T> {
    const { clock } = this.virtual
    const begin = clock.monotonic()
    const end = begin + seconds * 1000
    for (;;) {
      const seen = await probe()
      if (seen !== undefined && seen !== false) return seen
      if (clock.monotonic() > end) throw new Error(`not within ${seconds} s: ${what}\n${await this.describe()}`)
      await clock.sleep(Math.max(250, Math.min(5_000, (clock.monotonic() - begin) / 10)))
    }
  }

  running(name: string, seconds?: number): Promise<Pod> {
    return this.until(`pod ${name} is Running`, async () => {
      const pod = await this.pod(name)
      return pod?.status?.phase === 'Running' && pod.status.containerStatuses?.every(({ ready }) => ready) === true ? pod : undefined
    }, seconds)
  }

  /** The first event of the object whose text matches. */
  event(kind: string, name: string, pattern: RegExp, seconds?: number): Promise<string> {
    return this.until(`event ${pattern} on ${kind} ${name}`, async () => (await this.events(kind, name)).find((text) => pattern.test(text)), seconds)
  }

  attachError(pattern: RegExp): Promise<string> {
    return this.until(`attachError ${pattern}`, async () => (await this.attachments()).map(({ status }) => status?.attachError?.message).find((text) => text !== undefined && pattern.test(text)))
  }

  async exec(pod: string, script: string): Promise<{ readonly exitCode: number; readonly out: string }> {
    const { exitCode, stdout, stderr } = await this.lab.podStreams.exec('default', pod, undefined, ['sh', '-c', script])
    return { exitCode, out: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) }
  }

  async writes(pod: string, text: string): Promise<void> {
    expect(await this.exec(pod, `echo ${text} > /data/note && sync && cat /data/note`)).toEqual({ exitCode: 0, out: `${text}\n` })
  }

  async reads(pod: string, text: string): Promise<void> {
    expect(await this.exec(pod, 'cat /data/note')).toEqual({ exitCode: 0, out: `${text}\n` })
  }

  /** Own disks, as Proxmox has them. */
  disks(): readonly { readonly volid: string; readonly node: string | undefined }[] {
    return this.proxmox.world.volumes().filter(({ owner }) => owner === 9999).map(({ volid, node }) => ({ volid, node }))
  }

  /** Names of the VMs whose QEMU holds a disk of ours, once for each disk. */
  holders(): readonly string[] {
    return this.proxmox.world.vms().flatMap((vm) => [...vm.plugged.values()].filter(({ volid }) => volid.includes(':vm-9999-')).map(() => vm.name))
  }

  slotOf(vm: string): string {
    const found = this.proxmox.world.vms().find(({ name }) => name === vm)
    const slot = [...(found?.plugged ?? [])].find(([, { volid }]) => volid.includes(':vm-9999-'))?.[0]
    if (slot === undefined) throw new Error(`${vm} holds no disk of ours`)
    return slot
  }

  /** As if somebody's own disk had been written until `leave` bytes are free on pve1. Returns what frees it again. */
  async fillStorage(storage: string, leave: number): Promise<() => void> {
    await this.administrate('POST', `/nodes/pve1/storage/${storage}/content`, { vmid: '777', filename: 'vm-777-disk-0', size: '1G' })
    const disk = this.proxmox.world.volumes().find(({ volid }) => volid === `${storage}:vm-777-disk-0`)?.disk
    const total = this.lab.layout.storages.find((each) => each.storage === storage)?.sizeBytes
    if (disk?.onAllocate === undefined || total === undefined) throw new Error(`${storage} is no thin storage of the lab`)
    const bytes = total - this.proxmox.world.used(storage, 'pve1') - leave
    disk.onAllocate(bytes)
    return () => disk.onAllocate?.(-bytes)
  }

  /** As root at Proxmox. */
  async administrate(method: 'PUT' | 'POST' | 'GET', path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { tokenId, tokenSecret } = this.lab.administrator
    const answer = await this.virtual.effects.http.request({
      method,
      url: `https://pve1.example:8006/api2/json${path}`,
      headers: { authorization: `PVEAPIToken=${tokenId}=${tokenSecret}`, 'content-type': 'application/x-www-form-urlencoded' },
      ...(method === 'GET' ? {} : { body: new URLSearchParams(parameters).toString() }),
    })
    const text = await readText(answer.body)
    expect(answer.status, `${method} ${path}: ${answer.reason} ${text}`).toBe(200)
    const { data }: { readonly data?: unknown } = JSON.parse(text)
    return data
  }

  async describe(): Promise<string> {
    const { items } = await this.virtual.client.list<EventObject>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' })
    const pods = (await this.virtual.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'default' })).items
    const attachments = (await this.attachments()).map(({ spec, status, metadata }) => `attachment ${metadata?.name?.slice(0, 12)} ${spec.nodeName} ${metadata?.deletionTimestamp ?? ''} ${JSON.stringify(status)}`)
    return [
      ...items.map(({ reason, message, involvedObject }) => `${involvedObject?.kind}/${involvedObject?.name} ${reason}: ${message}`),
      ...pods.map(({ metadata, status, spec }) => `pod ${metadata?.name} ${status?.phase} on ${spec?.nodeName} ${metadata?.deletionTimestamp ?? ''}`),
      ...attachments,
      `held by ${this.holders().join(', ')}`,
    ].join('\n')
  }

  #lookForDoubles(): void {
    const { world } = this.proxmox
    const plugged = world.vms().flatMap(({ name, plugged }) => [...plugged.values()].filter(({ readOnly }) => !readOnly).map(({ disk, volid }) => ({ disk, place: `${volid} in ${name}` })))
    const mounted = [...this.lab.machines.values()].flatMap((machine) => machine.disksInUse().filter(({ readOnly }) => !readOnly).map(({ disk, target }) => ({ disk, place: `${target} on ${machine.name}`, machine: machine.name })))
    const seen = new Map<object, string>()
    for (const { disk, place } of plugged) {
      const other = seen.get(disk)
      if (other !== undefined) this.doubles.push(`${other}, and ${place}`)
      seen.set(disk, place)
    }
    const users = new Map<object, string>()
    for (const { disk, machine, place } of mounted) {
      const other = users.get(disk)
      if (other !== undefined && other !== machine) this.doubles.push(`${place}, and on ${other}`)
      users.set(disk, machine)
    }
  }
}

/** Runs a scenario in the house; afterwards no disk was ever in two places. */
export async function inHouse(seed: number | string, scenario: (house: House) => Promise<void>): Promise<void> {
  const virtual = createVirtualLab(seed)
  await virtual.world.run(async () => {
    await virtual.prepare()
    const { spec, findings } = readDeclaration([{ file: 'examples/homelab/storage.yaml', text: declaration }])
    if (spec === undefined) throw new Error(JSON.stringify(findings))
    const applied = await applyPlan(planStorage(spec), { client: virtual.client, waitMs: 60_000 })
    expect(applied.ok).toBe(true)
    const house = new House(virtual)
    await house.until('the room in both zones is known for each class on Proxmox', () => house.knowsRoom())
    await scenario(house)
    expect(house.doubles).toEqual([])
  })
}

export function claimOf(name: string, { storageClass = 'proxmox-csi', size = '1Gi', modes = ['ReadWriteOnce'] }: ClaimWish = {}) {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: { accessModes: modes, storageClassName: storageClass, resources: { requests: { storage: size } } } }
}

/** Keeps running, with the claim at /data; `on` pins it to a node by its host name. */
export function podOf(name: string, claim: string, on?: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      ...(on === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': on } }),
      containers: [{ name: 'main', image: 'busybox', command: ['sleep', 'infinity'], volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  }
}
