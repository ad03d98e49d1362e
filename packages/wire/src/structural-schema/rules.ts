/**
 * The rules in CEL (`x-kubernetes-validations`) of a structural schema. The language is that of a library; Kubernetes' own functions beyond it
 * (`quantity()`, `isURL()`, `isSorted()`, …) are not there, and a rule that asks for one is told by `unknownRules` rather than passed over.
 */
import { Environment } from '@marcbachmann/cel-js'
import type { StructuralSchema, ValidationRule } from '../crds/definition.ts'
import { duplicateFault, forbiddenFault, invalidFault, requiredFault } from './fault.ts'
import type { SchemaFault } from './fault.ts'
import { isJsonArray, isJsonObject, sameJson } from './json.ts'
import type { Json } from './json.ts'
import { inCel } from './cel-values.ts'
import { correlated, memberSchema } from './value-faults.ts'

type Compiled = { readonly run: (context: Record<string, unknown>) => unknown } | { readonly fault: string }

/** Compiles each rule once. */
export class RuleBook {
  readonly #environment = new Environment({ enableOptionalTypes: true }).registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn')
  readonly #compiled = new Map<string, Compiled>()

  /** What cannot be judged here: `spec.size: quantity(self) > …: found no matching overload`. */
  unknownRules(schema: StructuralSchema, field = ''): readonly string[] {
    const own = (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }) => {
      const compiled = this.#compile(rule)
      return 'fault' in compiled ? [`${field === '' ? 'the object' : field}: ${rule}: ${compiled.fault}`] : []
    })
    return [...own, ...subschemas(schema, field).flatMap(([child, path]) => this.unknownRules(child, path))]
  }

  /** Faults of a value against every rule at or below its schema; rules about changes run only where there was something before. */
  faults(schema: StructuralSchema, value: Json, old?: Json, field = ''): readonly SchemaFault[] {
    if (value === null) return []
    const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => this.#judge(schema, rule, value, old, field))
    const all = (schema.allOf ?? []).flatMap((each) => this.faults(each, value, old, field))
    return [...own, ...all, ...this.#inside(schema, value, old, field)]
  }

  #inside(schema: StructuralSchema, value: Json, old: Json | undefined, field: string): readonly SchemaFault[] {
    const { items } = schema
    if (isJsonArray(value)) {
      const before = correlated(schema, old)
      return items === undefined ? [] : value.flatMap((each, index) => this.faults(items, each, before(each), `${field}[${index}]`))
    }
    if (!isJsonObject(value)) return []
    const before = isJsonObject(old) && schema['x-kubernetes-map-type'] !== 'atomic' ? old : {}
    return Object.entries(value).flatMap(([key, child]) => {
      const known = memberSchema(schema, key)
      return known === undefined ? [] : this.faults(known, child, before[key], fieldOf(schema, field, key))
    })
  }

  #judge(schema: StructuralSchema, rule: ValidationRule, value: Json, old: Json | undefined, field: string): readonly SchemaFault[] {
    const aboutChange = /\boldSelf\b/.test(rule.rule)
    if (aboutChange && (old === undefined || old === null) && rule.optionalOldSelf !== true) return []
    // Ratcheting: what did not change is not held against a write, unless the rule is about changes.
    if (!aboutChange && old !== undefined && sameJson(value, old)) return []
    const compiled = this.#compile(rule.rule)
    if ('fault' in compiled) return [invalidFault(field, schema.type ?? '', `rule compile error: ${compiled.fault}`)]
    try {
      const verdict = compiled.run({ self: inCel(schema, value), ...(old === undefined ? {} : { oldSelf: inCel(schema, old) }) })
      return verdict === true ? [] : [failed(schema, rule, value, field)]
    } catch (error) {
      return [invalidFault(field, schema.type ?? '', `${firstLine(error).replace(/^No such key/, 'no such key')} evaluating rule: ${rule.message ?? rule.rule}`)]
    }
  }

  #compile(rule: string): Compiled {
    const known = this.#compiled.get(rule)
    if (known !== undefined) return known
    const made = this.#made(rule)
    this.#compiled.set(rule, made)
    return made
  }

  #made(rule: string): Compiled {
    try {
      const parsed = this.#environment.parse(rule)
      const checked = parsed.check()
      return checked.valid ? { run: (context) => parsed(context) } : { fault: firstLine(checked.error) }
    } catch (error) {
      return { fault: firstLine(error) }
    }
  }
}

/** Whether a schema carries any rule, at any depth. */
export function hasRules(schema: StructuralSchema): boolean {
  return (schema['x-kubernetes-validations'] ?? []).length > 0 || subschemas(schema, '').some(([child]) => hasRules(child))
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function failed(schema: StructuralSchema, rule: ValidationRule, value: Json, field: string): SchemaFault {
  const words = rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`
  const place = rule.fieldPath === undefined ? field : `${field}${rule.fieldPath}`.replace(/^\./, '')
  const shown = schema.type === 'object' || schema.type === 'array' ? undefined : value
  if (rule.reason === 'FieldValueForbidden') return forbiddenFault(place, words)
  if (rule.reason === 'FieldValueRequired') return requiredFault(place, words)
  return rule.reason === 'FieldValueDuplicate' ? duplicateFault(place, shown ?? null) : invalidFault(place, shown, words)
}

function fieldOf(schema: StructuralSchema, field: string, key: string): string {
  const isProperty = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
  if (!isProperty) return `${field}[${key}]`
  return field === '' ? key : `${field}.${key}`
}

function subschemas(schema: StructuralSchema, field: string): readonly (readonly [StructuralSchema, string])[] {
  const { items, additionalProperties: values } = schema
  return [
    ...Object.entries(schema.properties ?? {}).map(([key, child]) => [child, field === '' ? key : `${field}.${key}`] as const),
    ...(items === undefined ? [] : [[items, `${field}[*]`] as const]),
    ...(typeof values === 'object' ? [[values, `${field}[*]`] as const] : []),
  ]
}

