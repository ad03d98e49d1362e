/** allOf, anyOf, oneOf and not. The server tells the junctor that failed, and the faults of the branch that came nearest. */
import type { StructuralSchema } from '../crds/definition.ts'
import { invalidFault } from './fault.ts'
import type { SchemaFault } from './fault.ts'
import type { Json } from './json.ts'

/** Validation of the branches, handed in: the two know each other. */
export type FaultsOf = (schema: StructuralSchema, value: Json, field: string) => readonly SchemaFault[]

export function junctorFaults(schema: StructuralSchema, value: Json, field: string, faultsOf: FaultsOf): readonly SchemaFault[] {
  const each = (schemas: readonly StructuralSchema[] | undefined): Branches => (schemas ?? []).map((branch) => faultsOf(branch, value, field))
  const hit = schema.not !== undefined && faultsOf(schema.not, value, field).length === 0
  return [
    ...anyFaults(each(schema.anyOf), field),
    ...oneFaults(each(schema.oneOf), field),
    ...allFaults(each(schema.allOf), field),
    ...(hit ? [said(field, 'not validate the schema (not)')] : []),
  ]
}

type Branches = readonly (readonly SchemaFault[])[]

const said = (field: string, words: string): SchemaFault => invalidFault('', '', `${JSON.stringify(field)} must ${words}`)

function nearest(all: Branches): readonly SchemaFault[] {
  return all.toSorted((a, b) => a.length - b.length)[0] ?? []
}

function anyFaults(all: Branches, field: string): readonly SchemaFault[] {
  if (all.length === 0 || all.some((each) => each.length === 0)) return []
  return [said(field, 'validate at least one schema (anyOf)'), ...nearest(all)]
}

function oneFaults(all: Branches, field: string): readonly SchemaFault[] {
  const valid = all.filter((each) => each.length === 0).length
  if (all.length === 0 || valid === 1) return []
  const count = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
  return [said(field, `validate one and only one schema (oneOf). ${count}`), ...(valid === 0 ? nearest(all) : [])]
}

function allFaults(all: Branches, field: string): readonly SchemaFault[] {
  const valid = all.filter((each) => each.length === 0).length
  if (valid === all.length) return []
  return [...all.flat(), said(field, `validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)]
}
