/**
 * The grammar of Kubernetes' `resource.Quantity` (k8s.io/apimachinery/pkg/api/resource): exact amounts in units of 10^-9,
 * parsed and printed as apimachinery does it.
 */

/** How a quantity was written, and so how it is printed: `10Gi`, `10G`, `10e9`. */
export type QuantityFormat = 'binary' | 'decimal' | 'exponent'

export interface Quantity {
  /** Billionths: apimachinery keeps nine decimal places and rounds the rest away from zero. */
  readonly nanos: bigint
  readonly format: QuantityFormat
}

const nano = 1_000_000_000n
/** Binary quantities are capped here, as apimachinery does; decimal ones are not. */
const maxInt64 = 9_223_372_036_854_775_807n

const grammar = /^([+-]?)(\d+\.?\d*|\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const
const smallestExponent = -9
const largestExponent = 18
/** Beyond this the exact number would have thousands of digits; no quantity of anything is that large. */
const exponentLimit = 100

/** undefined when `text` is not of the grammar. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = grammar.exec(text)
  if (match === null) return undefined
  const [, sign = '', number = '', suffix = ''] = match
  const [whole = '', fraction = ''] = number.split('.')
  const digits = BigInt(`${whole}${fraction}`)
  const scaled = scaleToNanos(digits, fraction.length, suffix)
  if (scaled === undefined) return undefined
  return { nanos: sign === '-' ? -scaled.nanos : scaled.nanos, format: scaled.format }
}

function scaleToNanos(digits: bigint, places: number, suffix: string): Quantity | undefined {
  const power = binarySuffixes.findIndex((known) => known !== '' && known === suffix)
  if (power > 0) return binaryNanos(digits * 1024n ** BigInt(power), places)
  const decimal = decimalSuffixes.findIndex((known) => known === suffix)
  if (decimal >= 0) return { nanos: timesPowerOfTen(digits, smallestExponent + decimal * 3 - places + 9), format: 'decimal' }
  const exponent = Number(suffix.slice(1))
  if (Math.abs(exponent) > exponentLimit) return undefined
  return { nanos: timesPowerOfTen(digits, exponent - places + 9), format: 'exponent' }
}

/** A binary amount under one whole unit prints as decimal: `0.5Ki` is `512`, but `0.0001Ki` is `102400u`. */
function binaryNanos(digits: bigint, places: number): Quantity {
  const exact = timesPowerOfTen(digits, 9 - places)
  const nanos = exact > maxInt64 * nano ? maxInt64 * nano : exact
  return { nanos, format: nanos > 0n && nanos < nano ? 'decimal' : 'binary' }
}

/** `value × 10^power`, rounded away from zero. */
function timesPowerOfTen(value: bigint, power: number): bigint {
  return power >= 0 ? value * 10n ** BigInt(power) : divideUp(value, 10n ** BigInt(-power))
}

/** Quotient rounded away from zero; `divisor` is positive. */
export function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  const rest = value % divisor
  if (rest === 0n) return quotient
  return rest > 0n ? quotient + 1n : quotient - 1n
}

/** Canonical form: no fraction, the largest suffix that keeps the value exact, the format it was written in. */
export function printQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0'
  const binary = format === 'binary' && nanos % nano === 0n && magnitude(nanos) >= 1024n * nano
  if (binary) return printBinary(nanos / nano)
  return printDecimal(nanos, format === 'exponent')
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function printBinary(value: bigint): string {
  let amount = value
  let power = 0
  while (power < binarySuffixes.length - 1 && amount % 1024n === 0n) {
    amount /= 1024n
    power += 1
  }
  return `${amount}${binarySuffixes[power] ?? ''}`
}

function printDecimal(nanos: bigint, asExponent: boolean): string {
  const largest = asExponent ? Infinity : largestExponent
  let amount = nanos
  let exponent = smallestExponent
  while (amount % 1000n === 0n && exponent < largest) {
    amount /= 1000n
    exponent += 3
  }
  if (asExponent) return exponent === 0 ? `${amount}` : `${amount}e${exponent}`
  return `${amount}${decimalSuffixes[(exponent - smallestExponent) / 3] ?? ''}`
}
