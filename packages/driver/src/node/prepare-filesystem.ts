/** The device holds a filesystem of the wanted type, checked and as large as the device; a blank new one is formatted. */
import { StorageError, type Log } from '@stowage/core'
import {
  checkFilesystem, decideFormat, describeProbe, growUnmounted, inspectDevice, isStuck, makeFilesystem, probeDevice,
  type BlockDevice, type FormatDecision, type Host, type Probe,
} from '@stowage/host'
import type { PromisedDisk, WantedFilesystem } from './contexts.ts'
import type { FormatRecords } from './format-records.ts'
import type { FormattedFacts } from './formatted-facts.ts'

export interface Preparation {
  readonly host: Host
  readonly log: Log
  readonly records: FormatRecords
  readonly facts: FormattedFacts
}

export interface PrepareWish {
  readonly volumeId: string
  readonly device: BlockDevice
  readonly promised: PromisedDisk
  readonly wanted: WantedFilesystem
  readonly readOnly: boolean
}

/** After it the fact that the volume holds a filesystem is on record. Throws `precondition` when the disk holds anything else. */
export async function prepareFilesystem(preparation: Preparation, wish: PrepareWish): Promise<void> {
  const { host } = preparation
  const { volumeId, device, wanted, readOnly } = wish
  const probe = await probeDevice(host, device.path)
  if (probe.found !== 'nothing-recognised') refuseOther(volumeId, device, wanted, probe)
  else if (readOnly) throw new StorageError('precondition', `volume ${volumeId} is to be mounted read-only, but ${device.path} holds nothing that blkid knows; write to it first through a ReadWriteOnce claim`)
  else await format(preparation, wish)
  if (probe.found !== 'nothing-recognised' && !readOnly) await checkAndGrow(preparation, wish)
  await rememberContent(preparation, volumeId, wanted.type)
}

function refuseOther(volumeId: string, device: BlockDevice, wanted: WantedFilesystem, probe: Probe): void {
  if (probe.found === 'signature' && probe.usage === 'filesystem' && probe.type === wanted.type) return
  throw new StorageError('precondition', `volume ${volumeId} (${device.path}) holds ${describeProbe(probe)}, but ${wanted.type} was asked for; it is not formatted anew. Use a class with the right csi.storage.k8s.io/fstype, or empty the disk by hand if nothing on it is needed`)
}

async function checkAndGrow({ host, log }: Preparation, { volumeId, device, wanted }: PrepareWish): Promise<void> {
  if ((await checkFilesystem(host, wanted.type, device.path)) === 'repaired') log.warn('the filesystem was repaired', { volume: volumeId, device: device.path })
  if (await growUnmounted(host, wanted.type, device.path)) log.info('the filesystem was grown before its mount', { volume: volumeId, device: device.path })
}

async function format(preparation: Preparation, wish: PrepareWish): Promise<void> {
  const { host, log, records } = preparation
  const { volumeId, device, wanted } = wish
  const decision = await decide(preparation, wish)
  if (!decision.format) {
    throw new StorageError('precondition', `volume ${volumeId} (${device.path}) is not formatted: ${decision.doubts.join('; ')}. If it is certain that nothing on it is needed, delete the claim and make it anew`, { details: { doubts: decision.doubts } })
  }
  await records.write(volumeId, { state: 'begun', announced: false })
  log.info('formatting a blank volume', { volume: volumeId, device: device.path, filesystem: wanted.type })
  try {
    await makeFilesystem(host, wanted, device.path)
  } catch (error) {
    if (isStuck(error)) await records.write(volumeId, { state: 'unknown-end', announced: false })
    throw error
  }
}

async function decide({ host, records, facts }: Preparation, { volumeId, device, promised }: PrepareWish): Promise<FormatDecision> {
  const isKnownElsewhere = await facts.isFormatted(volumeId)
  const record = await records.evidence(volumeId)
  const seen = await inspectDevice(host, device)
  return decideFormat({ permission: promised.format, record: isKnownElsewhere ? 'done' : record, promised, ...seen })
}

/** On this node's disk first, then for all nodes; both before anything is mounted, and so before anything can be written. */
export async function rememberContent({ records, facts }: Preparation, volumeId: string, content: 'ext4' | 'xfs' | 'block'): Promise<void> {
  const record = await records.read(volumeId)
  if (record?.state === 'done' && record.announced) return
  if (record?.state !== 'done') await records.write(volumeId, { state: 'done', announced: false })
  if (await facts.announce(volumeId, content)) await records.write(volumeId, { state: 'done', announced: true })
}
