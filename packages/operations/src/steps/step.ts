/** What a look at the world found before a step. */
export type Looked =
  | { readonly state: 'done'; readonly message: string }
  | {
      readonly state: 'needed'
      readonly message: string
      /** How the change that is about to be made is undone, when what was found decides that; else the step's own. */
      readonly undo?: string
    }
  /** It must not or cannot be done; `message` says why and what to do. */
  | { readonly state: 'blocked'; readonly message: string }

/** One thing to make true. Each is written as "make it so": run again, it finds its work done. */
export interface Step {
  /** Stable, e.g. `apply:apps/Deployment/storage-system/stowage-controller`. */
  readonly id: string
  /** What it makes true, in words: `Deployment storage-system/stowage-controller`. */
  readonly title: string
  /** Loses something that cannot be made again. Runs only with consent. */
  readonly destructive?: boolean
  /** How the change is undone, in words or as a command. */
  readonly undo?: string
  /** Looks, and changes nothing. */
  look(signal: AbortSignal): Promise<Looked>
  /** Makes the change; says what was seen to happen. */
  change(signal: AbortSignal): Promise<string>
  /** Waits until the change has taken effect; runs also when nothing had to be changed, since an earlier run may have been interrupted here. */
  settle?(signal: AbortSignal, tell: (message: string) => void): Promise<string | undefined>
}

export type StepState = 'looking' | 'changing' | 'waiting' | 'changed' | 'unchanged' | 'blocked' | 'failed' | 'skipped'

/** What the runner tells its listener, one at a time. */
export interface StepEvent {
  readonly step: string
  readonly title: string
  readonly state: StepState
  readonly message: string
  /** Milliseconds since the step began. */
  readonly elapsedMs: number
}
