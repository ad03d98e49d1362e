/** The form of test/findings/*.yaml, and how a case is laid over its base. */
import * as z from 'zod'

/** By path, `classes.fast.cache`, below spec; with a leading `/` from the top. null removes. */
const changes = z.record(z.string(), z.unknown())
const facts = z.array(z.strictObject({ object: z.string(), property: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }))

const caseSchema = z.strictObject({
  rule: z.string(),
  /** Where it is found, the parts joined by dots. */
  at: z.string(),
  trips: changes.optional(),
  near: changes.optional(),
  unknown: changes.optional(),
  /** Whole texts, for what is wrong with a text rather than with a value. */
  text: z.string().optional(),
  nearText: z.string().optional(),
  /** From beside the declaration. */
  facts: facts.optional(),
  nearFacts: facts.optional(),
  environment: z.string().optional(),
  /** Rules of errors that necessarily come along. */
  also: z.array(z.string()).optional(),
  nearAlso: z.array(z.string()).optional(),
  /** Why there is no case where it is unknown, or no other. */
  noUnknown: z.string().optional(),
  onlyUnknown: z.string().optional(),
})

export type Case = z.output<typeof caseSchema>

export const caseFileSchema = z.strictObject({ base: z.record(z.string(), z.unknown()), cases: z.array(caseSchema) })

type Tree = Readonly<Record<string, unknown>>

/** The declaration with the changes in it; nothing given is touched. */
export function over(declaration: Tree, given: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(given).reduce<unknown>((sofar, [path, value]) => set(sofar, path.startsWith('/') ? path.slice(1).split('.') : ['spec', ...path.split('.')], value), declaration)
}

function set(into: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value
  if (Array.isArray(into)) return Array.from({ length: Math.max(into.length, Number(first) + 1) }, (_, index): unknown => (index === Number(first) ? set(into[index], rest, value) : into[index]))
  const entries = new Map<string, unknown>(typeof into === 'object' && into !== null ? Object.entries(into) : [])
  const inner = set(entries.get(first), rest, value)
  if (inner === null) entries.delete(first)
  else entries.set(first, inner)
  return Object.fromEntries(entries)
}
