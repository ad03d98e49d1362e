/** Tells what is seen, one line a step with its time: for a terminal, for a log, or as JSON events. */
import type { Clock } from '@stowage/effects'

export type Mark = 'chapter' | 'seen' | 'done' | 'refused' | 'failed' | 'note'

export interface DemoEvent {
  readonly apiVersion: 'stowage.dev/v1alpha1'
  readonly kind: 'DemoEvent'
  /** Milliseconds since the demo began. */
  readonly atMs: number
  readonly mark: Mark
  readonly text: string
}

export interface Narrator {
  chapter(title: string): void
  /** Something that is true in the world now. */
  seen(text: string): void
  /** A whole step that was asked for and proved. */
  done(text: string): void
  /** A refusal that was expected, with its reason. */
  refused(text: string): void
  failed(text: string): void
  note(text: string): void
  /** Text that is not a step: a table, a plan. Left out of JSON. */
  print(block: string): void
}

export interface NarratorOptions {
  readonly clock: Clock
  readonly format: 'terminal' | 'plain' | 'json'
  readonly write: (line: string) => void
  /** Paints a mark; identity where colours are off. */
  readonly paint: (mark: Mark, text: string) => string
}

const signs: Readonly<Record<Mark, string>> = { chapter: '', seen: '·', done: '✔', refused: '⊘', failed: '✘', note: ' ' }
const words: Readonly<Record<Mark, string>> = { chapter: '', seen: 'seen', done: 'ok', refused: 'refused', failed: 'FAILED', note: '' }

export function createNarrator({ clock, format, write, paint }: NarratorOptions): Narrator {
  const startedAt = clock.monotonic()
  const tell = (mark: Mark) => (text: string) => {
    const atMs = Math.round(clock.monotonic() - startedAt)
    if (format === 'json') write(JSON.stringify({ apiVersion: 'stowage.dev/v1alpha1', kind: 'DemoEvent', atMs, mark, text } satisfies DemoEvent))
    else write(mark === 'chapter' ? `\n${paint(mark, text)}` : stepLine(mark, text, atMs))
  }
  const stepLine = (mark: Mark, text: string, atMs: number): string => {
    const seconds = `${(atMs / 1000).toFixed(1)} s`.padStart(7)
    return format === 'terminal' ? `${seconds}  ${paint(mark, `${signs[mark]} ${text}`)}` : `${seconds}  ${words[mark].padEnd(7)} ${text}`
  }
  return {
    chapter: tell('chapter'),
    seen: tell('seen'),
    done: tell('done'),
    refused: tell('refused'),
    failed: tell('failed'),
    note: tell('note'),
    print: (block) => {
      if (format !== 'json') write(block)
    },
  }
}
