import { createLog, silentLog, StorageError } from '@stowage/core'
import type { Patch } from '@stowage/kubernetes'
import { MemoryFiles } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import { FormatRecords } from './format-records.ts'
import { AnnotatedVolumes, noFormattedFacts } from './formatted-facts.ts'

interface StoredVolume {
  metadata: { name: string; annotations?: Record<string, string> }
  spec: { csi: { driver: string; volumeHandle: string } }
}

/** PersistentVolumes of a cluster; every member may be made to fail. */
class Cluster {
  readonly volumes: StoredVolume[] = []
  failure: StorageError | undefined
  patches = 0
  lists = 0

  add(name: string, volumeHandle: string): void {
    this.volumes.push({ metadata: { name }, spec: { csi: { driver: 'proxmox.csi.stowage.dev', volumeHandle } } })
  }

  find = async <T extends object>({ name }: { readonly name: string }): Promise<T | undefined> => this.#answer(this.volumes.find((volume) => volume.metadata.name === name) as T | undefined)

  list = async <T extends object>(): Promise<{ items: readonly T[]; resourceVersion: string }> => {
    this.lists += 1
    return this.#answer({ items: this.volumes as readonly unknown[] as readonly T[], resourceVersion: '1' })
  }

  patch = async <T extends object>({ name }: { readonly name: string }, patch: Patch): Promise<T> => {
    this.patches += 1
    const volume = this.volumes.find(({ metadata }) => metadata.name === name)
    if (volume === undefined || patch.type !== 'merge') throw new Error('not as expected')
    const { metadata } = patch.body as { metadata: { annotations: Record<string, string> } }
    volume.metadata.annotations = { ...volume.metadata.annotations, ...metadata.annotations }
    return this.#answer(volume as unknown as T)
  }

  #answer<T>(value: T): T {
    if (this.failure !== undefined) throw this.failure
    return value
  }
}

const handle = 'home/pve1/local-zfs/vm-9999-pvc-1'

test('a filesystem is announced on the PersistentVolume once, and every node sees it', async () => {
  const cluster = new Cluster()
  cluster.add('pvc-1', handle)
  const facts = new AnnotatedVolumes(cluster, silentLog)
  expect(await facts.isFormatted(handle)).toBe(false)
  expect(await facts.announce(handle, 'ext4')).toBe(true)
  expect(await facts.announce(handle, 'ext4')).toBe(true)
  expect(cluster.patches).toBe(1)
  expect(await new AnnotatedVolumes(cluster, silentLog).isFormatted(handle)).toBe(true)
  expect(cluster.volumes[0]?.metadata.annotations).toEqual({ 'stowage.dev/formatted': 'ext4' })
  expect(cluster.lists).toBe(0)
})

test('a volume whose name says nothing, or belongs to another volume, is looked for among all', async () => {
  const cluster = new Cluster()
  cluster.add('pvc-1', 'home/pve2/local-zfs/vm-9999-pvc-1')
  cluster.add('static', handle)
  expect(await new AnnotatedVolumes(cluster, silentLog).announce(handle, 'xfs')).toBe(true)
  expect(cluster.volumes.map(({ metadata }) => metadata.annotations)).toEqual([undefined, { 'stowage.dev/formatted': 'xfs' }])
})

test('without a PersistentVolume nothing is announced', async () => {
  expect(await new AnnotatedVolumes(new Cluster(), silentLog).announce(handle, 'ext4')).toBe(false)
  expect(await noFormattedFacts.announce(handle, 'ext4')).toBe(false)
})

test('a missing permission is told and does not stop the volume; a silent API server does', async () => {
  const cluster = new Cluster()
  cluster.add('pvc-1', handle)
  const logged: string[] = []
  const facts = new AnnotatedVolumes(cluster, createLog(({ message }) => void logged.push(message)))
  cluster.failure = new StorageError('denied', 'forbidden')
  expect(await facts.isFormatted(handle)).toBe(false)
  expect(await facts.announce(handle, 'ext4')).toBe(false)
  expect(logged[0]).toContain('may not get, list and patch PersistentVolumes')
  cluster.failure = new StorageError('unavailable', 'no answer')
  await expect(facts.isFormatted(handle)).rejects.toMatchObject({ kind: 'unavailable' })
})

test('a record is read back, and one that cannot be read is an error and not "never formatted"', async () => {
  const files = new MemoryFiles()
  const records = new FormatRecords(files, '/state/formatted')
  expect(await records.evidence(handle)).toBe('none')
  await records.write(handle, { state: 'done', announced: false })
  expect(await new FormatRecords(files, '/state/formatted').evidence(handle)).toBe('done')
  const [name] = await files.list('/state/formatted')
  await files.writeAtomic(`/state/formatted/${name}`, '{"volumeId":')
  await expect(records.evidence(handle)).rejects.toMatchObject({ kind: 'internal' })
})

test('a mkfs of unknown end has ended with the boot in which it ran', async () => {
  const files = new MemoryFiles()
  await files.makeDirectory('/proc/sys/kernel/random')
  await files.writeAtomic('/proc/sys/kernel/random/boot_id', 'boot-1\n')
  const records = new FormatRecords(files, '/state/formatted')
  await records.write(handle, { state: 'unknown-end', announced: false })
  expect(await records.evidence(handle)).toBe('unknown-end')
  await files.writeAtomic('/proc/sys/kernel/random/boot_id', 'boot-2\n')
  expect(await records.evidence(handle)).toBe('begun')
})
