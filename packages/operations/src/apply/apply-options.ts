import type { KubernetesClient } from '@stowage/kubernetes'
import type { Journal } from '../steps/journal.ts'
import type { Step, StepEvent } from '../steps/step.ts'
import type { NamedConsent } from './consent.ts'
import type { HelmAccess } from './releases/helm.ts'
import type { SecretAccess } from './secrets/secret-content.ts'

export interface ApplyPlanOptions extends NamedConsent {
  readonly client: KubernetesClient
  readonly listener?: (event: StepEvent) => void
  readonly signal?: AbortSignal
  /** Asks the server what would happen, and writes nothing. */
  readonly dryRun?: boolean
  /** Delete what the inventory lists and the plan no longer holds. */
  readonly prune?: boolean
  /** Ids of objects that hold data and may be pruned, as long as the data itself stays. */
  readonly pruneData?: readonly string[]
  /** Takes fields that other managers own. */
  readonly forceConflicts?: boolean
  /** Whether to wait until workloads run, operators report what they made, and drivers are registered; default true. */
  readonly wait?: boolean
  /** For each wait, milliseconds; default 300,000. */
  readonly waitMs?: number
  /** Default: the ConfigMap `stowage-journal` in the plan's namespace. */
  readonly journal?: Journal
  /** Needed for plans with Helm releases. */
  readonly helm?: HelmAccess
  /** Needed for plans that make Secrets. */
  readonly secrets?: SecretAccess
  /** Further looks before anything is changed, e.g. whether what is not known of nodes and disks was accepted. */
  readonly gates?: readonly Step[]
}
