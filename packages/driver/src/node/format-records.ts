/**
 * What this node knows of formatting, on its own disk, so that a restart forgets nothing: written before mkfs begins and again when it has
 * ended. See docs/decisions/0010-who-knows-that-a-volume-was-formatted.md.
 */
import { createHash } from 'node:crypto'
import { StorageError } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import type { FormatEvidence, Host } from '@stowage/host'

export interface FormatRecord {
  readonly volumeId: string
  /** `begun`: mkfs was started. `unknown-end`: it was killed and may still run. `done`: the volume holds a filesystem. */
  readonly state: 'begun' | 'unknown-end' | 'done'
  /** Of the boot in which it was written: no program outlives a boot. */
  readonly bootId: string
  /** The cluster has been told (the annotation on the PersistentVolume). */
  readonly announced: boolean
}

export class FormatRecords {
  readonly #files: Host['files']
  readonly #directory: string

  /** `directory`: `/var/lib/kubelet/plugins/<driver>/formatted`. */
  constructor(files: Host['files'], directory: string) {
    this.#files = files
    this.#directory = directory
  }

  /** undefined when this node has never formatted it. Throws `internal` for a record that cannot be read: then nothing is known. */
  async read(volumeId: string): Promise<FormatRecord | undefined> {
    const path = this.#path(volumeId)
    const text = await this.#readText(path)
    if (text === undefined) return undefined
    const record = parseRecord(text)
    if (record === undefined || record.volumeId !== volumeId) {
      throw new StorageError('internal', `the record ${path} cannot be read, so it is not known whether ${volumeId} was formatted; look at the volume (blkid), then remove the file if it holds no data`)
    }
    return record
  }

  async write(volumeId: string, change: Pick<FormatRecord, 'state' | 'announced'>): Promise<void> {
    await this.#files.makeDirectory(this.#directory, 0o750)
    const record: FormatRecord = { volumeId, bootId: await this.#bootId(), ...change }
    await this.#files.writeAtomic(this.#path(volumeId), `${JSON.stringify(record)}\n`, 0o640)
  }

  /** The record as the format guard wants it. A mkfs of unknown end has ended with the boot in which it ran. */
  async evidence(volumeId: string): Promise<FormatEvidence['record']> {
    const record = await this.read(volumeId)
    if (record === undefined) return 'none'
    return record.state === 'unknown-end' && record.bootId !== (await this.#bootId()) ? 'begun' : record.state
  }

  /** Volume ids hold slashes and can be long: the file is named by a hash, and the id is inside. */
  #path(volumeId: string): string {
    return `${this.#directory}/${createHash('sha256').update(volumeId).digest('hex').slice(0, 40)}.json`
  }

  async #bootId(): Promise<string> {
    return (await this.#readText('/proc/sys/kernel/random/boot_id'))?.trim() ?? 'unknown'
  }

  async #readText(path: string): Promise<string | undefined> {
    try {
      return await this.#files.readText(path)
    } catch (error) {
      if (error instanceof FileFailure && error.code === 'ENOENT') return undefined
      throw error
    }
  }
}

function parseRecord(text: string): FormatRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { volumeId, state, bootId, announced } = value as Readonly<Record<string, unknown>>
  if (typeof volumeId !== 'string' || typeof bootId !== 'string') return undefined
  if (state !== 'begun' && state !== 'unknown-end' && state !== 'done') return undefined
  return { volumeId, state, bootId, announced: announced === true }
}
