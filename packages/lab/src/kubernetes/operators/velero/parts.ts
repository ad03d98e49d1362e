import type { JsonObject } from '../../api/json.ts'
import type { ClusterApi } from '../cluster-api.ts'

/** What the steps of Velero's stand-in are given. */
export interface VeleroParts {
  readonly api: ClusterApi
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** What the object store says of a location's bucket; undefined: it can be listed. */
  readonly bucketFault: (location: JsonObject) => string | undefined
  /** When a schedule is due after a moment; remembered by expression and moment. */
  readonly nextRun: (expression: string, after: number) => number | undefined
}
