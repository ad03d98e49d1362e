/**
 * Formatting is the main way to lose data. A device is formatted only if everything says that it never held any; one doubt is enough
 * to refuse, and every doubt is told.
 */
import { Size } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import { describeProbe, probeDevice, type Probe } from './blkid.ts'
import { deviceSize, readBlockDevice, type BlockDevice } from './block-device.ts'
import type { Host } from './program.ts'

/** What is on a part of the device, read past the cache. */
export type Content = 'zeros' | 'data' | 'unreadable'

export interface FormatEvidence {
  /** What the controller says of the volume's past: only `allowed` means that it was made blank and never formatted. */
  readonly permission: 'allowed' | 'never' | 'unknown'
  /** What is recorded of earlier formatting: `done` or `unknown-end` of a mkfs that may still run. */
  readonly record: 'none' | 'begun' | 'done' | 'unknown-end'
  readonly promised: { readonly serial: string; readonly size: number }
  readonly seen: { readonly serial: string | undefined; readonly size: number }
  readonly first: Content
  readonly last: Content
  readonly probe: Probe
}

export type FormatDecision = { readonly format: true } | { readonly format: false; readonly doubts: readonly string[] }

/** Every clause has to hold. */
export function decideFormat(evidence: FormatEvidence): FormatDecision {
  const doubts = clauses.flatMap((clause) => clause(evidence) ?? [])
  return doubts.length === 0 ? { format: true } : { format: false, doubts }
}

type Clause = (evidence: FormatEvidence) => string | undefined

const clauses: readonly Clause[] = [
  controllerAllowsIt,
  nothingWasRecorded,
  serialIsTheOnePromised,
  sizeIsNotLessThanPromised,
  firstMebibyteIsZero,
  lastMebibyteIsZero,
  blkidRecognisesNothing,
]

function controllerAllowsIt({ permission }: FormatEvidence): string | undefined {
  if (permission === 'allowed') return undefined
  return permission === 'never' ? 'the controller says that the volume has been formatted before, or is a copy' : 'the controller did not say that the volume was never formatted'
}

function nothingWasRecorded({ record }: FormatEvidence): string | undefined {
  if (record === 'done') return 'it is on record that the volume was formatted'
  return record === 'unknown-end' ? 'a mkfs was started on it whose end is not known' : undefined
}

function serialIsTheOnePromised({ promised, seen }: FormatEvidence): string | undefined {
  return seen.serial === promised.serial ? undefined : `its serial is ${seen.serial ?? 'unknown'}, not ${promised.serial}`
}

/** More is an expansion that came after the promise; the serial already says which disk it is. */
function sizeIsNotLessThanPromised({ promised, seen }: FormatEvidence): string | undefined {
  return seen.size >= promised.size && promised.size > 0 ? undefined : `it has ${Size.bytes(seen.size).toString()}, not ${Size.bytes(promised.size).toString()}`
}

function firstMebibyteIsZero({ first }: FormatEvidence): string | undefined {
  return first === 'zeros' ? undefined : contentDoubt('first', first)
}

function lastMebibyteIsZero({ last }: FormatEvidence): string | undefined {
  return last === 'zeros' ? undefined : contentDoubt('last', last)
}

function contentDoubt(which: string, content: Content): string {
  return content === 'data' ? `its ${which} MiB holds data` : `its ${which} MiB cannot be read`
}

function blkidRecognisesNothing({ probe }: FormatEvidence): string | undefined {
  return probe.found === 'nothing-recognised' ? undefined : `blkid finds ${describeProbe(probe)}`
}

/** Gathers what the device itself tells. The serial is read again: between finding and formatting another disk may have taken the name. */
export async function inspectDevice(host: Host, device: BlockDevice): Promise<Pick<FormatEvidence, 'seen' | 'first' | 'last' | 'probe'>> {
  const size = await deviceSize(host, device.path)
  const probe = await probeDevice(host, device.path)
  const length = Math.min(mebibyte, size)
  const first = await readContent(host, device.path, 0, length)
  const last = await readContent(host, device.path, size - length, length)
  const again = await readBlockDevice(host, device.name)
  return { seen: { serial: device.name.startsWith('loop') ? device.serial : again?.serial, size }, first, last, probe }
}

const mebibyte = 1024 * 1024

/** One read decides both questions: exit 2 of blkid alone cannot tell a blank device from one that cannot be read. */
export async function readContent(host: Pick<Host, 'files'>, path: string, offset: number, length: number): Promise<Content> {
  if (length <= 0) return 'unreadable'
  try {
    const bytes = await host.files.readAt(path, offset, length)
    return bytes.length === length && Buffer.alloc(length).equals(bytes) ? 'zeros' : 'data'
  } catch (error) {
    if (error instanceof FileFailure) return 'unreadable'
    throw error
  }
}
