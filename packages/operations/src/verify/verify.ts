import { Size } from '@stowage/core'
import type { Random } from '@stowage/effects'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { StorageClass } from 'kubernetes-types/storage/v1'
import { memoryJournal } from '../steps/journal.ts'
import { runSteps } from '../steps/run-steps.ts'
import type { StepOutcome } from '../steps/run-steps.ts'
import type { Step, StepEvent } from '../steps/step.ts'
import { ClassTrial } from './verify-class.ts'
import { chooseClasses } from './which-classes.ts'

export interface VerifyOptions {
  readonly client: KubernetesClient
  readonly random: Random
  /** Where the claims and pods are made; default `default`. */
  readonly namespace?: string
  /** Names of classes; default: every class of the cluster. */
  readonly classes?: readonly string[]
  /** Default `busybox`. Needs `sh`, `echo`, `sleep` and `sha256sum`. */
  readonly image?: string
  /** Of the claim; default 1 GiB. */
  readonly size?: Size
  /** For each wait, milliseconds; default 180,000. */
  readonly waitMs?: number
  readonly listener?: (event: StepEvent) => void
  /** Stops the trial where it is; what it left is in the result. */
  readonly signal?: AbortSignal
}

export interface ClassResult {
  readonly class: string
  readonly provisioner: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** The failure in one sentence, or why it was skipped. */
  readonly message: string
  readonly steps: readonly StepOutcome[]
  readonly elapsedMs: number
  /** What is still in the cluster, by name. */
  readonly left: readonly string[]
  /** How to delete it; '' when nothing is left. */
  readonly cleanUpCommand: string
}

export interface VerifyResult {
  readonly ok: boolean
  readonly classes: readonly ClassResult[]
}

/** Tries each class as a user would: claim, pod, write, read, expand, move, clean up. Throws `not-found` for a class that is not there. */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const { client, signal } = options
  const { items } = await client.list<StorageClass>({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })
  const classes: ClassResult[] = []
  for (const { storageClass, skip } of chooseClasses(items, options.classes)) {
    const reason = skip ?? (signal?.aborted === true ? 'not tried: stopped before' : undefined)
    classes.push(reason === undefined ? await verifyClass(storageClass, options) : skipped(storageClass, reason))
  }
  return { ok: signal?.aborted !== true && classes.every(({ outcome }) => outcome !== 'failed'), classes }
}

function skipped({ metadata, provisioner }: StorageClass, message: string): ClassResult {
  return { class: metadata?.name ?? '', provisioner, outcome: 'skipped', message, steps: [], elapsedMs: 0, left: [], cleanUpCommand: '' }
}

async function verifyClass(storageClass: StorageClass, options: VerifyOptions): Promise<ClassResult> {
  const { client, random, namespace = 'default', image = 'busybox', size = Size.gib(1), waitMs = 180_000, signal } = options
  const className = storageClass.metadata?.name ?? ''
  const id = random.suffix(5)
  const trial = new ClassTrial(client, storageClass, { id, namespace, className, size, image, content: `stowage verify ${className} ${random.uuid()}` }, waitMs)
  const start = client.clock.monotonic()
  const tried = await run(trial.steps(), className, options, signal)
  // A trial that was stopped leaves everything where it is and says so; one that failed cleans up.
  const cleaned = signal?.aborted === true ? [] : (await run([cleanUpStep(trial)], className, options, signal)).outcomes
  const steps = [...tried.outcomes, ...cleaned]
  const wrong = steps.find(({ state }) => state === 'failed' || state === 'blocked')
  return {
    class: className,
    provisioner: storageClass.provisioner,
    outcome: wrong === undefined ? 'passed' : 'failed',
    message: wrong === undefined ? 'what was written is what is read' : `${wrong.title}: ${wrong.message}`,
    steps,
    elapsedMs: client.clock.monotonic() - start,
    left: trial.left(),
    cleanUpCommand: trial.cleanUpCommand(),
  }
}

function cleanUpStep(trial: ClassTrial): Step {
  const { className } = trial.trial
  return {
    id: `verify:${className}:clean-up`,
    title: `${className}: everything is taken away again`,
    look: async () => ({ state: 'needed', message: '' }),
    change: (signal) => trial.cleanUp(signal),
  }
}

function run(steps: readonly Step[], className: string, { client, listener }: VerifyOptions, signal: AbortSignal | undefined): ReturnType<typeof runSteps> {
  return runSteps(steps, {
    run: `verify ${className}`,
    clock: client.clock,
    journal: memoryJournal(),
    ...(listener !== undefined && { listener }),
    ...(signal !== undefined && { signal }),
  })
}
