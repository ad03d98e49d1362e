/** Lists of amounts by resource name, as quotas and their use are written. */
import { parseQuantity, printQuantity } from '@stowage/core/quantity'
import type { Quantity } from '@stowage/core/quantity'
import type { Json, JsonObject } from '../json.ts'

export type Amounts = ReadonlyMap<string, Quantity>

export const zero: Quantity = { nanos: 0n, format: 'decimal' }
export const one: Quantity = { nanos: 1_000_000_000n, format: 'decimal' }

export function amountsOf(list: JsonObject): Amounts {
  return new Map(Object.entries(list).map(([key, value]) => [key, quantityOf(value)]))
}

export function quantityOf(value: Json | undefined): Quantity {
  return parseQuantity(String(value ?? '0')) ?? zero
}

/** A sum is written as its first part, unless that was nothing. */
export function plus(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format }
}

/** `a=1,b=2`, in the order of names. */
export function amountsText(amounts: Amounts): string {
  return [...amounts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${printQuantity(value)}`).join(',')
}

export function written(amounts: Amounts): JsonObject {
  return Object.fromEntries([...amounts].map(([key, value]) => [key, printQuantity(value)]))
}
