/** The small words of random declarations. */
import * as fc from 'fast-check'

export const bool = fc.boolean()
export const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
export const flag = maybe(bool)
export const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/)

/** What people write into notes and annotations, and what the tools on the way might take for something else. */
export const text = fc.oneof(fc.constantFrom('{{ $value }}', '${path.module}', '%{ if }', 'yes', '1e3', 'e5', "it's", 'a: b # c', 'two\nlines', '$(X)'), fc.string({ maxLength: 10 }))

/** Keys that have a value: what is undefined is not written. */
export function given<T extends object>(fields: T): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept: { [Key in keyof T]?: Exclude<T[Key], undefined> } = {}
  for (const key in fields) {
    const value = fields[key]
    if (isGiven(value)) kept[key] = value
  }
  return kept
}

function isGiven<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined
}

export function names(map: object): readonly string[] {
  return Object.keys(map)
}
