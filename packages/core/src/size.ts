/** An amount of storage, exact. Kubernetes writes it as a quantity, Proxmox and CSI in bytes; here it is one type. */
import { divideUp, parseQuantity, printQuantity, type Quantity } from './quantity.ts'
import { StorageError } from './storage-error.ts'

const nano = 1_000_000_000n

export class Size {
  readonly #quantity: Quantity
  /** Whole bytes, a fraction rounded up (away from zero), as `Quantity.Value()` does. */
  readonly bytes: bigint

  private constructor(quantity: Quantity) {
    this.#quantity = quantity
    this.bytes = divideUp(quantity.nanos, nano)
  }

  static readonly zero: Size = new Size({ nanos: 0n, format: 'binary' })

  /** Throws `invalid` with what to write instead. */
  static parse(text: string): Size {
    const size = Size.tryParse(text)
    if (size === undefined) throw new StorageError('invalid', `${JSON.stringify(text)} is not a size: ${sizeFault(text)}`)
    return size
  }

  /** undefined when `text` is not a Kubernetes quantity. */
  static tryParse(text: string): Size | undefined {
    const quantity = parseQuantity(text)
    return quantity === undefined ? undefined : new Size(quantity)
  }

  /** Throws `invalid` for a number that is not a safe integer. */
  static bytes(bytes: number | bigint): Size {
    return new Size({ nanos: wholeNumber(bytes) * nano, format: 'binary' })
  }

  static kib(count: number | bigint): Size {
    return Size.bytes(wholeNumber(count) * 1024n)
  }

  static mib(count: number | bigint): Size {
    return Size.bytes(wholeNumber(count) * 1024n ** 2n)
  }

  static gib(count: number | bigint): Size {
    return Size.bytes(wholeNumber(count) * 1024n ** 3n)
  }

  static tib(count: number | bigint): Size {
    return Size.bytes(wholeNumber(count) * 1024n ** 4n)
  }

  /** Negative, zero or positive, by exact value: `Size.parse('1Ki').compare(Size.parse('1024')) === 0`. */
  compare(other: Size): -1 | 0 | 1 {
    const difference = this.#quantity.nanos - other.#quantity.nanos
    if (difference === 0n) return 0
    return difference < 0n ? -1 : 1
  }

  equals(other: Size): boolean {
    return this.compare(other) === 0
  }

  lessThan(other: Size): boolean {
    return this.compare(other) < 0
  }

  atLeast(other: Size): boolean {
    return this.compare(other) >= 0
  }

  isZero(): boolean {
    return this.#quantity.nanos === 0n
  }

  /** Written in this one's format, as `Quantity.Add` does; a zero takes the other's. */
  plus(other: Size): Size {
    const format = this.isZero() ? other.#quantity.format : this.#quantity.format
    return new Size({ nanos: this.#quantity.nanos + other.#quantity.nanos, format })
  }

  minus(other: Size): Size {
    const format = this.isZero() ? other.#quantity.format : this.#quantity.format
    return new Size({ nanos: this.#quantity.nanos - other.#quantity.nanos, format })
  }

  times(count: number | bigint): Size {
    return new Size({ ...this.#quantity, nanos: this.#quantity.nanos * wholeNumber(count) })
  }

  /** The smallest multiple of `unit` that is not less, in whole bytes. Throws `invalid` for a unit below one byte. */
  roundUpTo(unit: Size): Size {
    if (unit.bytes <= 0n) throw new StorageError('invalid', `cannot round a size up to multiples of ${unit.toString()}`)
    const floor = this.bytes - (((this.bytes % unit.bytes) + unit.bytes) % unit.bytes)
    const bytes = floor === this.bytes ? floor : floor + unit.bytes
    return new Size({ nanos: bytes * nano, format: this.#quantity.format })
  }

  /** Bytes as a number. Throws `invalid` beyond 2^53 − 1, where numbers are no longer exact. */
  toNumber(): number {
    const number = Number(this.bytes)
    if (!Number.isSafeInteger(number)) throw new StorageError('invalid', `${this.bytes} bytes are more than a number can hold exactly`)
    return number
  }

  /** The canonical quantity: `1536Mi` for `1.5Gi`, `10G` for `10000M`. */
  toString(): string {
    return printQuantity(this.#quantity)
  }

  toJSON(): string {
    return this.toString()
  }
}

function wholeNumber(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new StorageError('invalid', `${value} is not a whole number that can be exact`)
  }
  return BigInt(value)
}

/** What is wrong with a text that is not a quantity, and what to write. */
export function sizeFault(text: string): string {
  const parts = /^\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*([A-Za-z]*)\s*$/.exec(text)
  if (parts === null) return 'write a number and a unit, e.g. 10Gi (binary) or 10G (decimal)'
  const [, number = '', unit = ''] = parts
  const prefix = /^([kmgtpe])i?(?:b|bytes?)?$/i.exec(unit)?.[1]
  if (prefix !== undefined) {
    const decimal = prefix.toLowerCase() === 'k' ? 'k' : prefix.toUpperCase()
    return `the unit ${JSON.stringify(unit)} is not known; write ${number}${prefix.toUpperCase()}i (binary) or ${number}${decimal} (decimal)`
  }
  if (/^(b|bytes?)?$/i.test(unit)) return `write ${number} for bytes`
  return `the unit ${JSON.stringify(unit)} is not known; write e.g. ${number}Gi or ${number}G`
}
