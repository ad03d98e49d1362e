import type { Disk } from './disk.ts'

const pageBytes = 64 * 1024

/** A page may be shared by copies; whoever does not own it copies before writing. */
interface Page {
  readonly bytes: Uint8Array
  owner: object
}

/** An empty disk of `size` bytes. Only written pages of 64 KiB take memory; copies share them until one side writes. */
export function createDisk(size: number): Disk {
  return new SparseDisk(size, new Map())
}

class SparseDisk implements Disk {
  size: number
  onAllocate: ((bytes: number) => void) | undefined = undefined
  private readonly pages: Map<number, Page>
  private identity: object = {}

  constructor(size: number, pages: Map<number, Page>) {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`a disk cannot have ${size} bytes`)
    this.size = size
    this.pages = pages
  }

  get allocated(): number {
    return this.pages.size * pageBytes
  }

  read(offset: number, length: number): Uint8Array {
    this.check(offset, length)
    const out = new Uint8Array(length)
    for (const { page, start, end, at } of slices(offset, length)) {
      const found = this.pages.get(page)
      if (found !== undefined) out.set(found.bytes.subarray(start, end), at)
    }
    return out
  }

  write(offset: number, bytes: Uint8Array): void {
    this.check(offset, bytes.length)
    for (const { page, start, end, at } of slices(offset, bytes.length)) {
      this.writable(page).set(bytes.subarray(at, at + end - start), start)
    }
  }

  discard(offset: number, length: number): void {
    this.check(offset, length)
    // A whole disk is discarded by every mkfs: then the pages that exist are fewer than those of the range.
    if (length / pageBytes > this.pages.size) return this.discardStored(offset, offset + length)
    for (const { page, start, end } of slices(offset, length)) {
      if (!this.pages.has(page)) continue
      if (end - start === pageBytes) this.release(page)
      else this.writable(page).fill(0, start, end)
    }
  }

  private discardStored(from: number, to: number): void {
    for (const page of this.pages.keys()) {
      const start = Math.max(from - page * pageBytes, 0)
      const end = Math.min(to - page * pageBytes, pageBytes)
      if (start >= end) continue
      if (end - start === pageBytes) this.release(page)
      else this.writable(page).fill(0, start, end)
    }
  }

  resize(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`a disk cannot have ${size} bytes`)
    if (size < this.size) {
      const keep = Math.ceil(size / pageBytes)
      for (const page of this.pages.keys()) if (page >= keep) this.release(page)
      const tail = size % pageBytes
      if (tail > 0 && this.pages.has(keep - 1)) this.writable(keep - 1).fill(0, tail)
    }
    this.size = size
  }

  copy(): Disk {
    const pages = new Map([...this.pages].map(([index, page]): [number, Page] => [index, { bytes: page.bytes, owner: page.owner }]))
    // From here on neither side owns a shared page: the original takes a new identity, the copy has its own.
    this.identity = {}
    return new SparseDisk(this.size, pages)
  }

  private check(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new RangeError(`bytes ${offset}..${offset + length} are past the end of a disk of ${this.size} bytes`)
    }
  }

  private writable(index: number): Uint8Array {
    const page = this.pages.get(index)
    if (page?.owner === this.identity) return page.bytes
    // Asked before the page is there: a full pool refuses the write and leaves the disk as it was.
    if (page === undefined) this.onAllocate?.(pageBytes)
    const bytes = page === undefined ? new Uint8Array(pageBytes) : page.bytes.slice()
    this.pages.set(index, { bytes, owner: this.identity })
    return bytes
  }

  private release(index: number): void {
    this.pages.delete(index)
    this.onAllocate?.(-pageBytes)
  }
}

interface Slice {
  readonly page: number
  /** Within the page. */
  readonly start: number
  readonly end: number
  /** Within the caller's bytes. */
  readonly at: number
}

function* slices(offset: number, length: number): Generator<Slice> {
  let at = 0
  while (at < length) {
    const page = Math.floor((offset + at) / pageBytes)
    const start = (offset + at) % pageBytes
    const end = Math.min(pageBytes, start + length - at)
    yield { page, start, end, at }
    at += end - start
  }
}
