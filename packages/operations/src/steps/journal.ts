/** How far a step got. `begun` and nothing later: the run was interrupted in the middle of it. */
export interface JournalEntry {
  readonly state: 'begun' | 'done' | 'failed'
  /** RFC 3339. */
  readonly at: string
  readonly message: string
  /** How it is undone, in words or as a command; absent when nothing was changed that could be. */
  readonly undo?: string
}

export interface JournalRecord {
  /** What is being run: `apply homelab`. */
  readonly run: string
  readonly startedAt: string
  readonly steps: Readonly<Record<string, JournalEntry>>
  /** RFC 3339; absent of a run that did not come to its end. */
  readonly finishedAt?: string
  /** How many finished steps had to be left out, because there is not room for all. */
  readonly dropped?: number
}

/** Where a run writes what it is about to do, before it does it. A run that changes nothing writes nothing. */
export interface Journal {
  read(): Promise<JournalRecord | undefined>
  write(record: JournalRecord): Promise<void>
}

/** A journal that lives as long as the process; for runs that clean up after themselves. */
export function memoryJournal(): Journal {
  let kept: JournalRecord | undefined
  return {
    read: async () => kept,
    write: async (record) => {
      kept = record
    },
  }
}

/**
 * As text of at most `limit` characters. Where there is not room for all, the earliest finished steps are left out: the next run needs
 * only those that were begun.
 */
export function formatJournal(record: JournalRecord, limit: number): string {
  const whole = JSON.stringify(record)
  if (whole.length <= limit) return whole
  let excess = whole.length - limit + '"dropped":000000,'.length
  const kept: [string, JournalEntry][] = []
  let dropped = record.dropped ?? 0
  for (const [id, entry] of Object.entries(record.steps)) {
    if (excess > 0 && entry.state === 'done') {
      excess -= JSON.stringify(id).length + JSON.stringify(entry).length + 2
      dropped += 1
    } else kept.push([id, entry])
  }
  return JSON.stringify({ ...record, steps: Object.fromEntries(kept), dropped })
}

/** Reads a journal back; what is not one is refused rather than overwritten. */
export function parseJournal(text: string, where: string): JournalRecord {
  const value: Partial<JournalRecord> | null = JSON.parse(text)
  if (typeof value?.run !== 'string' || typeof value.startedAt !== 'string' || typeof value.steps !== 'object') {
    throw new TypeError(`${where} is not a journal of stowage`)
  }
  return { run: value.run, startedAt: value.startedAt, steps: value.steps, ...(value.dropped !== undefined && { dropped: value.dropped }) }
}
