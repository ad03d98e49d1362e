import type { Random } from '../random.ts'
import { pickFrom, suffixFrom, uuidFrom } from '../random-draws.ts'

/** Four 32-bit words from a text (cyrb128), to seed sfc32. */
function hashWords(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    a = b ^ Math.imul(a ^ code, 597399067)
    b = c ^ Math.imul(b ^ code, 2869860233)
    c = d ^ Math.imul(c ^ code, 951274213)
    d = a ^ Math.imul(d ^ code, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0]
}

/** sfc32: small, fast, passes PractRand; one 32-bit integer a call. */
function sfc32(text: string): () => number {
  let [a, b, c, d] = hashWords(text)
  const next = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

export class SeededRandom implements Random {
  readonly #seed: string
  readonly #word: () => number
  readonly #forks = new Map<string, number>()

  constructor(seed: string) {
    this.#seed = seed
    this.#word = sfc32(seed)
  }

  /** A uniform 32-bit integer. */
  word(): number {
    return this.#word()
  }

  next(): number {
    return this.#word() / 4_294_967_296
  }

  integer(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#word() & 255)
  }

  uuid(): string {
    return uuidFrom(this.bytes(16))
  }

  suffix(length: number): string {
    return suffixFrom(this, length)
  }

  pick<T>(items: readonly T[]): T {
    return pickFrom(this, items)
  }

  /** The second fork under a name differs from the first, or two consumers of one name would draw the same UUIDs. */
  fork(name: string): Random {
    const count = this.#forks.get(name) ?? 0
    this.#forks.set(name, count + 1)
    return new SeededRandom(`${this.#seed}/${name}${count === 0 ? '' : `#${count}`}`)
  }
}
