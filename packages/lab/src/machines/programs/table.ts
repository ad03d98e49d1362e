import { blkid } from './blkid.ts'
import { dumpe2fs, e2fsck, resize2fs } from './check-ext4.ts'
import { mkfsExt4, mkfsXfs } from './mkfs.ts'
import { mount } from './mount.ts'
import type { LinuxProgram } from './program.ts'
import { blockdev, cat, echo, falseProgram, fstrim, sleep, sync, trueProgram } from './small-tools.ts'
import { umount } from './umount.ts'
import { xfsGrowfs, xfsRepair } from './xfs-tools.ts'

/** Every program that a machine of the lab has. Any other is missing, and says so. */
export const linuxPrograms: Readonly<Record<string, LinuxProgram>> = {
  blkid,
  blockdev,
  cat,
  dumpe2fs,
  e2fsck,
  echo,
  false: falseProgram,
  'fsck.ext4': e2fsck,
  fstrim,
  'mkfs.ext4': mkfsExt4,
  'mkfs.xfs': mkfsXfs,
  mount,
  resize2fs,
  sleep,
  sync,
  true: trueProgram,
  umount,
  xfs_growfs: xfsGrowfs,
  xfs_repair: xfsRepair,
}
