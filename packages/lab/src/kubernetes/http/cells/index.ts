import type { Cells } from './cell.ts'
import { clusterCells } from './cluster.ts'
import { limitCells } from './limits.ts'
import { podCells } from './pod.ts'
import { storageCells } from './storage.ts'
import { workloadCells } from './workloads.ts'

/** By resource name; a kind that is not here is printed as NAME and AGE. */
export const cellsByResource: Readonly<Record<string, Cells>> = {
  ...clusterCells,
  ...storageCells,
  ...workloadCells,
  ...limitCells,
  pods: podCells,
}
