import { csiDriverNfs, proxmoxCsiPlugin } from './charts/csi-drivers.ts'
import { cephCsiDrivers, rookCeph, rookCephCluster } from './charts/rook.ts'
import { velero } from './charts/velero.ts'
import type { LabChart } from './chart.ts'

/** Every chart that the lab's helm can install. There is no registry here: any other is not found. */
export const knownCharts: readonly LabChart[] = [rookCeph, cephCsiDrivers, rookCephCluster, velero, csiDriverNfs, proxmoxCsiPlugin]
