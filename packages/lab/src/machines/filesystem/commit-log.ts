/**
 * Where a filesystem of the lab keeps its tree on the disk: a log of inode records, behind the real superblock.
 * A header at byte 4096 names the log's runs of blocks, its length and a running number; it is written last, so that a commit
 * is there wholly or not at all. A log that has grown to a multiple of what it says is written anew elsewhere.
 */
import type { BlockDevice } from './block-device.ts'
import type { BlockSpace } from './block-space.ts'
import { readExactly } from './block-device.ts'
import type { InodeRecord } from './inode.ts'

const headerAt = 4096
const headerBytes = 28 * 1024
/** Files and log begin behind the header. */
export const dataStartsAt = headerAt + headerBytes
const magic = 'STOWFS1\n'
/** Behind the magic, length and checksum of the JSON, and the sequence again, where it is read at each commit. */
const jsonAt = 24

interface Header {
  /** Grows with each commit. Another number than one's own last: somebody else wrote to this disk. */
  readonly sequence: number
  /** Runs of the log, [first block, count]. */
  readonly runs: readonly (readonly [number, number])[]
  /** Bytes of log. */
  readonly length: number
  /** Bytes that the last full writing took. */
  readonly compact: number
}

export class DamagedFilesystem extends Error {
  override readonly name = 'DamagedFilesystem'
}

export class CommitLog {
  private readonly device: BlockDevice
  private readonly blockSize: number
  private header: Header

  private constructor(device: BlockDevice, blockSize: number, header: Header) {
    this.device = device
    this.blockSize = blockSize
    this.header = header
  }

  static create(device: BlockDevice, blockSize: number): CommitLog {
    const log = new CommitLog(device, blockSize, { sequence: 0, runs: [], length: 0, compact: 0 })
    log.writeHeader(log.header)
    return log
  }

  /** Throws `DamagedFilesystem` when the header or a record is not what was written. */
  static open(device: BlockDevice, blockSize: number): { log: CommitLog; records: InodeRecord[] } {
    const header = readHeader(device)
    if (header === undefined) throw new DamagedFilesystem('the header does not hold')
    const log = new CommitLog(device, blockSize, header)
    return { log, records: parseFrames(log.readStream()) }
  }

  /** Blocks that the log itself takes. */
  blocks(): number[] {
    return this.header.runs.flatMap(([first, count]) => Array.from({ length: count }, (_, index) => first + index))
  }

  /** False when another machine has written to the disk since. */
  get isOurs(): boolean {
    return new DataView(readExactly(this.device, headerAt + 16, 8).buffer).getFloat64(0) === this.header.sequence
  }

  get wantsRewrite(): boolean {
    return this.header.length > 32 * 1024 + 3 * this.header.compact
  }

  append(records: readonly InodeRecord[], space: BlockSpace): void {
    const frame = toFrame(records)
    const runs = this.extend(this.header.runs, this.header.length + frame.length, space)
    this.writeStream(runs, this.header.length, frame)
    this.writeHeader({ ...this.header, sequence: this.header.sequence + 1, runs, length: this.header.length + frame.length })
  }

  rewrite(records: readonly InodeRecord[], space: BlockSpace): void {
    const frame = toFrame(records)
    const old = this.blocks()
    const runs = this.extend([], frame.length, space)
    this.writeStream(runs, 0, frame)
    this.writeHeader({ sequence: this.header.sequence + 1, runs, length: frame.length, compact: frame.length })
    for (const block of old) space.give(block)
  }

  private extend(runs: Header['runs'], length: number, space: BlockSpace): Header['runs'] {
    const have = runs.reduce((sum, [, count]) => sum + count, 0) * this.blockSize
    if (length <= have) return runs
    // Doubling keeps the list of runs short enough for the header.
    const wanted = Math.ceil(Math.max(length - have, have, 8192) / this.blockSize)
    return [...runs, [space.takeRun(wanted), wanted]]
  }

  private writeStream(runs: Header['runs'], from: number, bytes: Uint8Array): void {
    for (const piece of pieces(runs, this.blockSize, from, bytes.length)) {
      this.device.write(piece.diskAt, bytes.subarray(piece.at, piece.at + piece.length))
    }
  }

  private readStream(): Uint8Array {
    const out = new Uint8Array(this.header.length)
    for (const piece of pieces(this.header.runs, this.blockSize, 0, out.length)) {
      out.set(readExactly(this.device, piece.diskAt, piece.length), piece.at)
    }
    return out
  }

  private writeHeader(header: Header): void {
    const json = new TextEncoder().encode(JSON.stringify(header))
    if (json.length + jsonAt > headerBytes) throw new DamagedFilesystem('the header is full')
    const bytes = new Uint8Array(jsonAt + json.length)
    const view = new DataView(bytes.buffer)
    bytes.set(new TextEncoder().encode(magic))
    view.setUint32(8, json.length)
    view.setUint32(12, checksum(json))
    view.setFloat64(16, header.sequence)
    bytes.set(json, jsonAt)
    this.device.write(headerAt, bytes)
    this.header = header
  }
}

function readHeader(device: BlockDevice): Header | undefined {
  const bytes = readExactly(device, headerAt, headerBytes)
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const length = view.getUint32(8)
  const json = bytes.subarray(jsonAt, jsonAt + length)
  if (length > headerBytes - jsonAt || checksum(json) !== view.getUint32(12)) return undefined
  // Ours: the checksum held.
  const header: Header = JSON.parse(new TextDecoder().decode(json))
  return header
}

function* pieces(runs: Header['runs'], blockSize: number, from: number, length: number): Generator<{ diskAt: number; at: number; length: number }> {
  let start = 0
  for (const [first, count] of runs) {
    const end = start + count * blockSize
    const left = Math.max(start, from)
    const right = Math.min(end, from + length)
    if (left < right) yield { diskAt: first * blockSize + left - start, at: left - from, length: right - left }
    start = end
  }
}

function toFrame(records: readonly InodeRecord[]): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(records))
  const frame = new Uint8Array(8 + body.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, body.length)
  view.setUint32(4, checksum(body))
  frame.set(body, 8)
  return frame
}

function parseFrames(stream: Uint8Array): InodeRecord[] {
  const records: InodeRecord[] = []
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length)
  let at = 0
  while (at < stream.length) {
    if (at + 8 > stream.length) throw new DamagedFilesystem('a record is cut short')
    const body = stream.subarray(at + 8, at + 8 + view.getUint32(at))
    if (checksum(body) !== view.getUint32(at + 4)) throw new DamagedFilesystem('a record was overwritten')
    const batch: InodeRecord[] = JSON.parse(new TextDecoder().decode(body))
    for (const record of batch) records.push(record)
    at += 8 + view.getUint32(at)
  }
  return records
}

/** FNV-1a, 32 bits. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
