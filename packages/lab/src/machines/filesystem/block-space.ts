import { Errno } from './errno.ts'

/** Which blocks of a device are taken. Those that were given back go first, so that the untouched tail stays in one piece. */
export class BlockSpace {
  private next: number
  private readonly first: number
  private end: number
  private readonly returned: number[] = []

  constructor(first: number, end: number) {
    this.first = first
    this.next = first
    this.end = end
  }

  take(): number {
    const block = this.returned.pop()
    if (block !== undefined) return block
    if (this.next >= this.end) throw new Errno('ENOSPC')
    return this.next++
  }

  /** A run of `count` blocks in a row. */
  takeRun(count: number): number {
    if (this.next + count > this.end) throw new Errno('ENOSPC')
    const start = this.next
    this.next += count
    return start
  }

  give(block: number): void {
    this.returned.push(block)
  }

  grow(end: number): void {
    this.end = end
  }

  /** After a mount: everything below the highest used block that is not used can be had again. */
  adopt(used: ReadonlySet<number>): void {
    for (const block of used) this.next = Math.max(this.next, block + 1)
    for (let block = this.next - 1; block >= this.first; block -= 1) if (!used.has(block)) this.returned.push(block)
  }

  /** Runs of free blocks, [first, count], for fstrim. */
  freeRuns(): [number, number][] {
    const runs: [number, number][] = []
    for (const block of [...this.returned].sort((a, b) => a - b)) {
      const last = runs.at(-1)
      if (last !== undefined && last[0] + last[1] === block) last[1] += 1
      else runs.push([block, 1])
    }
    if (this.next < this.end) runs.push([this.next, this.end - this.next])
    return runs
  }
}
