/**
 * Objects against the structural schemas of CustomResourceDefinitions: what kube-apiserver would prune, fill in and refuse, in its words.
 * Pure. The lab's API server is built on the same functions; recorded answers of a real kube-apiserver hold both (packages/e2e/oracle).
 */
import type { CustomResourceDefinition, StructuralSchema } from './crds/definition.ts'
import { blocksRules, invalidFault, rulesNotChecked } from './structural-schema/fault.ts'
import type { SchemaFault } from './structural-schema/fault.ts'
import { defaulted } from './structural-schema/defaults.ts'
import type { JsonObject } from './structural-schema/json.ts'
import { duplicateFaults } from './structural-schema/list-faults.ts'
import { hasRules, RuleBook } from './structural-schema/rules.ts'
import { servedVersion } from './crds/served-version.ts'
import { pruned } from './structural-schema/unknown-fields.ts'
import { valueFaults } from './structural-schema/value-faults.ts'

export { blocksRules, rulesNotChecked } from './structural-schema/fault.ts'
export type { SchemaFault } from './structural-schema/fault.ts'
export type { Json, JsonObject } from './structural-schema/json.ts'
export { defaulted, duplicateFaults, hasRules, pruned, RuleBook, servedVersion, valueFaults }

export interface ObjectFaults {
  /** Paths that the definition does not know: `spec.mon.cuont`. An API server prunes them in silence unless told to be strict. */
  readonly unknown: readonly string[]
  /** What an API server refuses. */
  readonly faults: readonly SchemaFault[]
}

/**
 * Everything that is wrong with a new object of a definition, strictly. Defaults are filled in first, as the server does.
 * Throws a RangeError when the definition does not serve the object's apiVersion.
 */
export function faultsOfObject(definition: CustomResourceDefinition, object: JsonObject, rules = new RuleBook()): ObjectFaults {
  const apiVersion = String(object['apiVersion'])
  const version = servedVersion(definition, apiVersion)
  if (version === undefined) throw new RangeError(`${definition.metadata.name} serves no ${apiVersion}; it has ${definition.spec.versions.map(({ name }) => name).join(', ')}`)
  const schema = version.schema?.openAPIV3Schema
  if (schema === undefined) return { unknown: [], faults: [] }
  const { value, unknown } = pruned(schema, object)
  return { unknown, faults: faultsOfNew(schema, defaulted(schema, value), rules) }
}

/** A whole new object, pruned and defaulted, in the order in which the server looks. */
export function faultsOfNew(schema: StructuralSchema, object: JsonObject, rules: RuleBook): readonly SchemaFault[] {
  const faults = [...valueFaults(schema, object), ...duplicateFaults(schema, object)]
  if (!hasRules(schema)) return faults
  if (blocksRules(faults)) return [...faults, invalidFault('', null, rulesNotChecked)]
  return [...faults, ...rules.faults(schema, object)]
}
