/** The story, in order. Each chapter throws when something in it is not true. */
import type { DemoWorld } from './demo-world.ts'
import { garage } from './chapters/garage.ts'
import { expandPostgres, movePostgres } from './chapters/postgres.ts'
import { reclaim } from './chapters/reclaim.ts'
import { sharedLogs } from './chapters/shared-logs.ts'
import { testPod } from './chapters/test-pod.ts'

export const story: readonly ((world: DemoWorld) => Promise<void>)[] = [
  testPod, //        document 000: Pending → disk → hot-plug → ext4, noatime → written and read back
  garage, //         document 004: StatefulSet, six claims, on local directories and on Proxmox disks
  expandPostgres, // document 001: 20Gi → 40Gi while mounted
  movePostgres, //   to another VM of the same Proxmox node; refused on another node
  reclaim, //        Retain keeps the disk, Delete deletes it
  sharedLogs, //     ReadWriteMany on a block class is refused with a remedy
]
