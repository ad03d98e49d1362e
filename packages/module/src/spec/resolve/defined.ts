/** The same tree less everything that is undefined, all the way down: what was never written. */
export type Defined<T> = T extends readonly (infer Item)[]
  ? readonly Defined<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Defined<Exclude<T[Key], undefined>> }
    : T

export function definedDeep<T extends object>(tree: T): Defined<T>
export function definedDeep(tree: object): unknown {
  return defined(tree)
}

function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(defined)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]: [string, unknown]) => (inner === undefined ? [] : [[key, defined(inner)]])))
}
