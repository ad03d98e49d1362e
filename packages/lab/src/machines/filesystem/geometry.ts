/**
 * How much of a device a filesystem leaves for files. Measured with mke2fs 1.47.0 and mkfs.xfs 6.1.0 (defaults) on devices of
 * 64 MiB to 100 GiB and read back with statfs; between the measured sizes the overhead is interpolated, so numbers are within a
 * few blocks of a real system's at those sizes and within about 0.1 % elsewhere.
 */
export type DiskFilesystemType = 'ext4' | 'xfs'

export interface Geometry {
  readonly blockSize: number
  /** f_blocks of an empty filesystem. */
  readonly blocks: number
  /** f_bfree of an empty filesystem. */
  readonly free: number
  /** Blocks that f_bavail holds back from users other than root (ext4: 5 %, and the kernel's own reserve of at most 4096). */
  readonly reserved: number
  readonly inodes: number
  /** Inodes that exist in an empty filesystem. */
  readonly usedInodes: number
}

const mib = 1024 * 1024
const gib = 1024 * mib

/** mkfs.xfs 6.1 refuses less ("Filesystem must be larger than 300MB."). */
export const smallestXfs = 300 * mib

/** Below this mke2fs takes the usage type `small`: blocks of 1 KiB and an inode for each 4 KiB. */
const smallExt4 = 512 * mib

/** [bytes of device, bytes that statfs leaves out]. */
const ext4Overhead = [
  [64 * mib, 9499 * 1024],
  [256 * mib, 26713 * 1024],
  [gib, 12949 * 4096],
  [10 * gib, 66747 * 4096],
  [40 * gib, 242376 * 4096],
  [100 * gib, 557842 * 4096],
] as const

/** [bytes of device, blocks that an empty filesystem uses, the log aside]. */
const xfsUsed = [
  [300 * mib, 9300],
  [gib, 9977],
  [10 * gib, 26426],
  [40 * gib, 81255],
  [100 * gib, 190914],
] as const

export interface Layout {
  /** Bytes; default: what mkfs chooses by the device's size. */
  readonly blockSize?: number
  /** ext4's `-m`; default 5. */
  readonly reservedPercent?: number
}

export function geometryOf(type: DiskFilesystemType, bytes: number, layout: Layout = {}): Geometry {
  return type === 'ext4' ? ext4(bytes, layout) : xfs(bytes, layout.blockSize ?? 4096)
}

export function ext4BlockSize(bytes: number): number {
  return bytes < smallExt4 ? 1024 : 4096
}

function ext4(bytes: number, { blockSize = ext4BlockSize(bytes), reservedPercent = 5 }: Layout): Geometry {
  const total = Math.floor(bytes / blockSize)
  const blocks = total - Math.round(interpolate(ext4Overhead, bytes) / blockSize)
  const inodes = Math.ceil(bytes / (bytes < smallExt4 ? 4096 : 16384) / 16) * 16
  // ext4_calculate_resv_clusters: the kernel holds back 2 %, at most 4096 blocks, whatever mkfs was told.
  const reserved = Math.floor((total * reservedPercent) / 100) + Math.min(4096, Math.floor(total / 50))
  return { blockSize, blocks, free: blocks - (blockSize === 1024 ? 14 : 6), reserved, inodes, usedInodes: 11 }
}

function xfs(bytes: number, blockSize: number): Geometry {
  const total = Math.floor(bytes / blockSize)
  const blocks = total - Math.round((Math.max(16384, Math.floor(bytes / 4096 / 2048)) * 4096) / blockSize)
  const free = blocks - Math.round((interpolate(xfsUsed, bytes) * 4096) / blockSize)
  return { blockSize, blocks, free, reserved: 0, inodes: Math.floor(bytes / 4 / 512), usedInodes: 3 }
}

function interpolate(table: readonly (readonly [number, number])[], x: number): number {
  const upper = table.findIndex(([at]) => at >= x)
  const index = upper === -1 ? table.length - 1 : Math.max(1, upper)
  const [x0, y0] = table[index - 1] ?? [0, 0]
  const [x1, y1] = table[index] ?? [1, 0]
  return Math.max(0, y0 + ((x - x0) * (y1 - y0)) / (x1 - x0))
}
