/** A cluster to live in, real or the lab's, as the steps see it. */
import type { KubernetesClient } from '@stowage/kubernetes'
import type { HelmAccess } from '@stowage/operations'
import type { ClusterApi } from '@stowage/lab/kubernetes/operators/cluster-api'
import type { Exchange } from './traffic.ts'

export interface LivingCluster {
  /** Stowage's own. */
  readonly client: KubernetesClient
  /** Somebody at a terminal, under the field manager kubectl-edit. */
  readonly hand: KubernetesClient
  /** Whoever was there before, and the operators' stand-ins. */
  readonly api: ClusterApi
  readonly helm: HelmAccess
  /** What Stowage's own client has asked since the last call. */
  exchanges(): readonly Exchange[]
  /** Installs and upgrades by helm, so far. */
  upgrades(): number
  /** For each wait of an apply, milliseconds. */
  readonly waitMs: number
}
