import { StorageError } from '@stowage/core'
import type { Clock } from '@stowage/effects'
import type { Journal, JournalEntry, JournalRecord } from './journal.ts'
import type { Step, StepEvent, StepState } from './step.ts'

export interface RunOptions {
  /** What is being run, for the journal: `apply homelab`. */
  readonly run: string
  readonly clock: Clock
  readonly journal: Journal
  readonly listener?: (event: StepEvent) => void
  /** Aborting stops the run after what is under way; the next run goes on from there. */
  readonly signal?: AbortSignal
  /** Whether a destructive step may run; default: none may. */
  readonly consent?: (step: Step) => boolean
  /** Looks only: what would be changed ends as `skipped`. */
  readonly lookOnly?: boolean
}

export interface StepOutcome {
  readonly step: string
  readonly title: string
  readonly state: Exclude<StepState, 'looking' | 'changing' | 'waiting'>
  readonly message: string
  /** How the change can be undone; present when something was changed and there is a way back. */
  readonly undo?: string
  readonly elapsedMs: number
}

export interface RunResult {
  /** True when every step ended as `changed`, `unchanged` or `skipped`. */
  readonly ok: boolean
  readonly outcomes: readonly StepOutcome[]
  /** What ended the run early. */
  readonly failure?: unknown
}

const notAborted = new AbortController().signal

/** Runs steps in order, each: look, write down, change, wait, write down. Stops at the first that is blocked or fails. */
export async function runSteps(steps: readonly Step[], options: RunOptions): Promise<RunResult> {
  const book = new Book(options)
  const outcomes: StepOutcome[] = []
  let first: { readonly failure: unknown } | undefined
  for (const step of steps) {
    const running = new RunningStep(step, options, book)
    const { outcome, failure } = await running.run()
    outcomes.push(outcome)
    if (outcome.state !== 'failed' && outcome.state !== 'blocked') continue
    first ??= { failure: failure ?? new StorageError('precondition', outcome.message, { details: { step: step.id } }) }
    // A look changes nothing, so it can go on and find all that is wrong.
    if (options.lookOnly !== true || options.signal?.aborted === true) break
  }
  // Everything is done and seen by now; a journal that cannot say so only keeps the ways back for longer.
  if (first === undefined) await book.finished().catch(() => {})
  return { ok: first === undefined, outcomes, ...first }
}

class RunningStep {
  readonly #step: Step
  readonly #options: RunOptions
  readonly #book: Book
  readonly #start: number

  constructor(step: Step, options: RunOptions, book: Book) {
    this.#step = step
    this.#options = options
    this.#book = book
    this.#start = options.clock.monotonic()
  }

  async run(): Promise<{ outcome: StepOutcome; failure?: unknown }> {
    const signal = this.#options.signal ?? notAborted
    try {
      signal.throwIfAborted()
      return { outcome: await this.#steps(signal) }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // The failure of the step is what is reported, also when it cannot be written down.
      await this.#book.failed(this.#step, message).catch(() => {})
      return { outcome: this.#end('failed', message), failure: error }
    }
  }

  async #steps(signal: AbortSignal): Promise<StepOutcome> {
    const step = this.#step
    this.#tell('looking', (await this.#book.wasInterrupted(step)) ? 'an earlier run was interrupted here' : '')
    const looked = await step.look(signal)
    if (looked.state === 'blocked') return this.#end('blocked', looked.message)
    if (looked.state === 'done') return this.#end('unchanged', (await this.#settle(signal)) ?? looked.message)
    if (this.#options.lookOnly === true) return this.#end('skipped', looked.message)
    if (step.destructive === true && this.#options.consent?.(step) !== true) return this.#end('skipped', `${looked.message}; not done without consent`)
    this.#tell('changing', looked.message)
    const undo = looked.undo ?? step.undo
    await this.#book.begun(step, looked.message, undo)
    const changed = await step.change(signal)
    const settled = await this.#settle(signal)
    await this.#book.done(step, settled ?? changed, undo)
    return { ...this.#end('changed', settled ?? changed), ...(undo !== undefined && { undo }) }
  }

  async #settle(signal: AbortSignal): Promise<string | undefined> {
    if (this.#step.settle === undefined || this.#options.lookOnly === true) return undefined
    this.#tell('waiting', '')
    return this.#step.settle(signal, (message) => this.#tell('waiting', message))
  }

  #tell(state: StepState, message: string): void {
    const { id, title } = this.#step
    this.#options.listener?.({ step: id, title, state, message, elapsedMs: this.#options.clock.monotonic() - this.#start })
  }

  #end(state: StepOutcome['state'], message: string): StepOutcome {
    this.#tell(state, message)
    const { id, title } = this.#step
    return { step: id, title, state, message, elapsedMs: this.#options.clock.monotonic() - this.#start }
  }
}

/** The journal of one run. It is read when first needed, and a run that changes nothing writes nothing. */
class Book {
  readonly #options: RunOptions
  #record: JournalRecord | undefined
  #before: Promise<JournalRecord | undefined> | undefined

  constructor(options: RunOptions) {
    this.#options = options
  }

  async wasInterrupted(step: Step): Promise<boolean> {
    this.#before ??= this.#options.journal.read()
    return (await this.#before)?.steps[step.id]?.state === 'begun'
  }

  begun(step: Step, message: string, undo: string | undefined): Promise<void> {
    return this.#write(step, 'begun', message, undo)
  }

  done(step: Step, message: string, undo: string | undefined): Promise<void> {
    return this.#write(step, 'done', message, undo)
  }

  /** Only of a step that was begun: a look that fails changes nothing. */
  async failed(step: Step, message: string): Promise<void> {
    const begun = this.#record?.steps[step.id]
    if (begun?.state === 'begun') await this.#write(step, 'failed', message, begun.undo)
  }

  /** Once something was written. */
  async finished(): Promise<void> {
    if (this.#record === undefined) return
    this.#record = { ...this.#record, finishedAt: this.#now() }
    await this.#options.journal.write(this.#record)
  }

  async #write(step: Step, state: JournalEntry['state'], message: string, undo: string | undefined): Promise<void> {
    const at = this.#now()
    const unfinished = await this.#unfinished()
    const { startedAt = at, steps = unfinished?.steps ?? {} } = this.#record ?? {}
    // What an interrupted change began with is what leads back from it, not what it had come to when it was taken up again.
    const interrupted = unfinished?.steps[step.id]
    const back = interrupted !== undefined && interrupted.state !== 'done' ? interrupted.undo ?? undo : undo
    this.#record = { run: this.#options.run, startedAt, steps: { ...steps, [step.id]: { state, at, message: message.slice(0, 300), ...(back !== undefined && { undo: back }) } } }
    await this.#options.journal.write(this.#record)
  }

  /** What an earlier run that did not come to its end has left: its ways back are not lost with the next one. */
  async #unfinished(): Promise<JournalRecord | undefined> {
    this.#before ??= this.#options.journal.read()
    const before = await this.#before
    return before === undefined || before.finishedAt !== undefined || before.run !== this.#options.run ? undefined : before
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}
