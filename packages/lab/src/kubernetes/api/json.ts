/** JSON as the store keeps it: deeply frozen, shared by reference between versions of an object. */
export type Json = null | boolean | number | string | JsonArray | JsonObject
export type JsonArray = readonly Json[]
export interface JsonObject {
  readonly [key: string]: Json
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isArray(value: Json | undefined): value is JsonArray {
  return Array.isArray(value)
}

/** The value at a path of keys, or undefined as soon as one is missing. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let here = value
  for (const key of path) {
    if (isArray(here)) here = typeof key === 'number' ? here[key] : undefined
    else if (isObject(here)) here = Object.hasOwn(here, key) ? here[key] : undefined
    else return undefined
  }
  return here
}

export function objectAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonObject {
  const found = at(value, ...path)
  return isObject(found) ? found : {}
}

export function arrayAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonArray {
  const found = at(value, ...path)
  return isArray(found) ? found : []
}

export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

export function numberAt(value: Json | undefined, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** A copy with the value at `path` replaced; undefined removes it. Objects on the way are made where missing. */
export function withAt(value: JsonObject, path: readonly string[], replacement: Json | undefined): JsonObject {
  const [key, ...rest] = path
  if (key === undefined) return isObject(replacement) ? replacement : value
  if (rest.length === 0) return replacement === undefined ? without(value, key) : { ...value, [key]: replacement }
  const child = value[key]
  if (!isObject(child) && replacement === undefined) return value
  return { ...value, [key]: withAt(isObject(child) ? child : {}, rest, replacement) }
}

export function without(value: JsonObject, ...keys: readonly string[]): JsonObject {
  if (!keys.some(key => key in value)) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}

/** Structural equality; shared references are equal at once, so comparing two versions costs what changed. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((each, index) => same(each, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(key => key in b && same(a[key], b[key]))
}

/** Anything JSON can say, as a deeply frozen value; what is frozen already is shared. Undefined members are dropped. */
export function frozenJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value
  if (Array.isArray(value)) return Object.isFrozen(value) ? value : Object.freeze(value.map(frozenJson))
  if (typeof value !== 'object') throw new TypeError(`${typeof value} is not JSON`)
  if (isObject(value) && Object.isFrozen(value)) return value
  const entries = Object.entries(value).filter(([, child]) => child !== undefined)
  return Object.freeze(Object.fromEntries(entries.map(([key, child]) => [key, frozenJson(child)])))
}

export function frozenObject(value: unknown): JsonObject {
  const frozen = frozenJson(value)
  if (!isObject(frozen)) throw new TypeError('an object was expected')
  return frozen
}
