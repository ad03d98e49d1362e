/** What every workload and every chart of a Spec is described with. */
export interface Amounts {
  readonly cpu?: string
  readonly memory?: string
}
export interface Resources {
  readonly requests?: Amounts
  readonly limits?: Amounts
}
export interface Toleration {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** A chart that is released, pinned; values beside those that Stowage sets. */
export interface ChartSpec {
  readonly version: string
  /** Merged over Stowage's own values; keys that the chart does not know are a warning. */
  readonly values: Readonly<Record<string, unknown>>
}
