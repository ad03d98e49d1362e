/**
 * The part of a filesystem that other programs look at: magic numbers and fields at their real offsets
 * (ext4: `struct ext4_super_block` at byte 1024, little-endian; xfs: `struct xfs_dsb` at byte 0, big-endian).
 */
import type { BlockDevice } from './block-device.ts'
import { crc32c } from './crc32c.ts'
import type { DiskFilesystemType } from './geometry.ts'
import { geometryOf } from './geometry.ts'

export interface Superblock {
  readonly type: DiskFilesystemType
  readonly uuid: string
  readonly label: string
  readonly blockSize: number
  readonly blockCount: number
  /** ext4's `-m`: percent of the blocks kept for root. */
  readonly reservedPercent: number
  /** Mounted read-write and not unmounted since: the journal wants replay. */
  readonly needsRecovery: boolean
  /** The kernel has seen an inconsistency. */
  readonly hasErrors: boolean
  /** Milliseconds since the epoch. */
  readonly createdMs: number
  /** When it was last mounted read-write, and last checked: resize2fs wants a check in between. */
  readonly mountedMs: number
  readonly checkedMs: number
}

const ext4Magic = 0xef53
const xfsMagic = 0x58465342
const needsRecoveryBit = 0x4
/** filetype, extents, 64bit, flex_bg, and the rest of mke2fs 1.47's defaults. */
const ext4Incompat = 0x2c2
const ext4Compat = 0x3c
const ext4RoCompat = 0x46b

/** Where xfs keeps nothing and we keep what its log would tell: dirty, damaged, made when. */
const xfsStateAt = 0x1e0

const ext4ChecksumAt = 0x3fc
const xfsChecksumAt = 224

/** Of the superblock's 1024 bytes without the checksum itself, which comes last. */
function ext4Checksum(bytes: Uint8Array): number {
  return crc32c(0xffffffff, bytes.subarray(0, ext4ChecksumAt))
}

/** Of the first sector with the checksum taken as zero. */
function xfsChecksum(bytes: Uint8Array): number {
  const copy = bytes.slice()
  copy.fill(0, xfsChecksumAt, xfsChecksumAt + 4)
  return ~crc32c(0xffffffff, copy) >>> 0
}

export function readSuperblock(device: BlockDevice): Superblock | undefined {
  if (device.size < 4096) return undefined
  const bytes = device.read(0, 4096)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  // A checksum that does not hold makes it no superblock: for libblkid as for the kernel.
  if (view.getUint32(0) === xfsMagic) return view.getUint32(xfsChecksumAt, true) === xfsChecksum(bytes.slice(0, 512)) ? xfsSuperblock(view) : undefined
  const isExt4 = view.getUint16(1024 + 0x38, true) === ext4Magic
  return isExt4 && view.getUint32(1024 + ext4ChecksumAt, true) === ext4Checksum(bytes.slice(1024, 2048)) ? ext4Superblock(view) : undefined
}

export function writeSuperblock(device: BlockDevice, superblock: Superblock): void {
  const at = superblock.type === 'ext4' ? 1024 : 0
  const view = new DataView(new ArrayBuffer(superblock.type === 'ext4' ? 1024 : 512))
  if (superblock.type === 'ext4') fillExt4(view, superblock)
  else fillXfs(view, superblock)
  const bytes = new Uint8Array(view.buffer)
  if (superblock.type === 'ext4') view.setUint32(ext4ChecksumAt, ext4Checksum(bytes), true)
  else view.setUint32(xfsChecksumAt, xfsChecksum(bytes), true)
  device.write(at, bytes)
}

function fillExt4(view: DataView, superblock: Superblock): void {
  const log = Math.log2(superblock.blockSize) - 10
  view.setUint32(0x4, superblock.blockCount >>> 0, true)
  view.setUint32(0x8, Math.floor((superblock.blockCount * superblock.reservedPercent) / 100) >>> 0, true)
  const { inodes, free } = geometryOf('ext4', superblock.blockCount * superblock.blockSize, superblock)
  view.setUint32(0, inodes, true)
  view.setUint32(0xc, free >>> 0, true)
  view.setUint32(0x10, inodes - 11, true)
  view.setUint32(0x14, superblock.blockSize === 1024 ? 1 : 0, true)
  view.setUint32(0x18, log, true)
  view.setUint32(0x1c, log, true)
  view.setUint32(0x20, superblock.blockSize * 8, true)
  view.setUint32(0x24, superblock.blockSize * 8, true)
  view.setUint32(0x28, Math.ceil(inodes / Math.ceil(superblock.blockCount / (superblock.blockSize * 8))), true)
  view.setUint16(0x36, 0xffff, true)
  view.setUint16(0x38, ext4Magic, true)
  view.setUint16(0x3a, superblock.hasErrors ? 3 : 1, true)
  view.setUint16(0x3c, 1, true)
  view.setUint32(0x2c, Math.floor(superblock.mountedMs / 1000) >>> 0, true)
  view.setUint32(0x40, Math.floor(superblock.checkedMs / 1000) >>> 0, true)
  view.setUint32(0x4c, 1, true)
  view.setUint32(0x54, 11, true)
  view.setUint16(0x58, 256, true)
  view.setUint32(0x5c, ext4Compat, true)
  view.setUint32(0x60, ext4Incompat | (superblock.needsRecovery ? needsRecoveryBit : 0), true)
  view.setUint32(0x64, ext4RoCompat, true)
  putUuid(view, 0x68, superblock.uuid)
  putText(view, 0x78, 16, superblock.label)
  // Journal inode, descriptors of 64 bytes, checksums of crc32c.
  view.setUint32(0xe0, 8, true)
  view.setUint16(0xfe, 64, true)
  view.setUint8(0x174, 4)
  view.setUint8(0x175, 1)
  view.setUint32(0x108, Math.floor(superblock.createdMs / 1000) >>> 0, true)
  view.setUint32(0x150, Math.floor(superblock.blockCount / 2 ** 32), true)
}

function ext4Superblock(view: DataView): Superblock {
  const at = 1024
  return {
    type: 'ext4',
    uuid: uuidAt(view, at + 0x68),
    label: textAt(view, at + 0x78, 16),
    blockSize: 1024 << Math.min(6, view.getUint32(at + 0x18, true)),
    blockCount: view.getUint32(at + 0x4, true) + view.getUint32(at + 0x150, true) * 2 ** 32,
    reservedPercent: Math.round((view.getUint32(at + 0x8, true) * 100) / Math.max(1, view.getUint32(at + 0x4, true))),
    needsRecovery: (view.getUint32(at + 0x60, true) & needsRecoveryBit) !== 0,
    hasErrors: (view.getUint16(at + 0x3a, true) & 2) !== 0,
    createdMs: view.getUint32(at + 0x108, true) * 1000,
    mountedMs: view.getUint32(at + 0x2c, true) * 1000,
    checkedMs: view.getUint32(at + 0x40, true) * 1000,
  }
}

function fillXfs(view: DataView, superblock: Superblock): void {
  view.setUint32(0, xfsMagic)
  view.setUint32(4, superblock.blockSize)
  view.setBigUint64(8, BigInt(superblock.blockCount))
  putUuid(view, 32, superblock.uuid)
  for (const [index, inode] of [128n, 129n, 130n].entries()) view.setBigUint64(56 + index * 8, inode)
  const groups = 4
  const groupBlocks = Math.ceil(superblock.blockCount / groups)
  view.setBigUint64(48, BigInt(groups / 2) << BigInt(Math.ceil(Math.log2(groupBlocks))))
  view.setUint32(80, 1)
  view.setUint32(84, groupBlocks)
  view.setUint32(88, groups)
  view.setUint32(96, 16384)
  view.setUint16(100, 0xb4a5)
  view.setUint16(102, 512)
  view.setUint16(104, 512)
  view.setUint16(106, superblock.blockSize / 512)
  putText(view, 108, 12, superblock.label)
  view.setUint8(120, Math.log2(superblock.blockSize))
  view.setUint8(121, 9)
  view.setUint8(122, 9)
  view.setUint8(123, Math.log2(superblock.blockSize / 512))
  view.setUint8(124, Math.ceil(Math.log2(groupBlocks)))
  view.setUint8(127, 25)
  // Version 5 with the features of mkfs.xfs 6.1: lazy counters, finobt, reflink, ftype, sparse inodes, big time.
  for (const [at, features] of [[180, 8], [200, 0x18a], [204, 0x18a], [212, 0xd], [216, 0xb]] as const) view.setUint32(at, features)
  view.setUint8(xfsStateAt, (superblock.needsRecovery ? 1 : 0) | (superblock.hasErrors ? 2 : 0))
  view.setUint32(xfsStateAt + 4, Math.floor(superblock.createdMs / 1000) >>> 0)
}

function xfsSuperblock(view: DataView): Superblock {
  return {
    type: 'xfs',
    uuid: uuidAt(view, 32),
    label: textAt(view, 108, 12),
    blockSize: view.getUint32(4),
    blockCount: Number(view.getBigUint64(8)),
    reservedPercent: 0,
    needsRecovery: (view.getUint8(xfsStateAt) & 1) !== 0,
    hasErrors: (view.getUint8(xfsStateAt) & 2) !== 0,
    createdMs: view.getUint32(xfsStateAt + 4) * 1000,
    mountedMs: 0,
    checkedMs: 0,
  }
}

function putUuid(view: DataView, at: number, uuid: string): void {
  const hex = uuid.replaceAll('-', '')
  for (let index = 0; index < 16; index += 1) view.setUint8(at + index, Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16))
}

function uuidAt(view: DataView, at: number): string {
  const hex = Array.from({ length: 16 }, (_, index) => view.getUint8(at + index).toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function putText(view: DataView, at: number, length: number, text: string): void {
  const bytes = new TextEncoder().encode(text).slice(0, length)
  for (const [index, byte] of bytes.entries()) view.setUint8(at + index, byte)
}

function textAt(view: DataView, at: number, length: number): string {
  const bytes = Array.from({ length }, (_, index) => view.getUint8(at + index))
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(new Uint8Array(end === -1 ? bytes : bytes.slice(0, end)))
}
