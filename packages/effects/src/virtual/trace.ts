/** What happened, when, to whom. `atMicros` counts from the world's start. */
export interface TraceRecord {
  readonly atMicros: number
  readonly process: string
  readonly kind: string
  readonly summary: string
}

/** An append-only record of a run. The digest covers everything; only the last `keep` records are kept as text. */
export class Trace {
  readonly #keep: number
  #records: TraceRecord[] = []
  #high = 0x811c9dc5
  #low = 0x1b873593
  #count = 0

  constructor(keep: number) {
    this.#keep = keep
  }

  get count(): number {
    return this.#count
  }

  /** The last records, oldest first. */
  get records(): readonly TraceRecord[] {
    return this.#records.slice(-this.#keep)
  }

  add(record: TraceRecord): void {
    this.#count += 1
    this.mix(record.atMicros)
    for (const text of [record.process, record.kind, record.summary]) {
      for (let index = 0; index < text.length; index++) this.mix(text.charCodeAt(index))
      this.mix(0)
    }
    if (this.#keep === 0) return
    this.#records.push(record)
    if (this.#records.length >= 2 * this.#keep) this.#records = this.#records.slice(-this.#keep)
  }

  /** Numbers that belong to the digest but not to the text: the time and tie of each event. */
  mix(value: number): void {
    const low = value >>> 0
    const high = Math.floor(value / 4_294_967_296) >>> 0
    this.#high = Math.imul(this.#high ^ low, 0x01000193) ^ (this.#low >>> 15)
    this.#low = Math.imul(this.#low ^ high ^ (low >>> 7), 0x85ebca6b) ^ (this.#high >>> 13)
  }

  /** 16 hex digits over all that was added or mixed in so far. */
  digest(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  /** One line a record, the same for the same run, byte for byte. */
  text(): string {
    return this.records.map(({ atMicros, process, kind, summary }) => `${atMicros} ${process} ${kind} ${summary}`).join('\n')
  }
}
