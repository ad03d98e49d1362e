/** JSON Schemas that are as strict as an API server that answers `fieldValidation=Strict`: what it would prune is refused. */
import type { StructuralSchema } from '@stowage/wire/crds'

/** JSON Schema, draft 4: kubeconform's. */
export type Schema = Readonly<Record<string, unknown>>

/** A schema of Kubernetes' own OpenAPI, by reference: `definitions` of the document that holds this must have it. */
export const objectMeta: Schema = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }

/** A custom resource's schema with its envelope: `apiVersion`, `kind` and `metadata` are the server's, whatever the definition says of them. */
export function strictRoot(schema: StructuralSchema): Schema {
  return strictObject(schema, { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: objectMeta }, ['apiVersion', 'kind', 'metadata'])
}

/** Structural pruning: a field stays if it stands in `properties`, matches `additionalProperties`, or the object preserves what it does not know. */
export function strict(schema: StructuralSchema): Schema {
  if (schema['x-kubernetes-embedded-resource'] === true) return strictObject(schema, { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: objectMeta }, ['apiVersion', 'kind'])
  return strictObject(schema, {}, [])
}

function strictObject(schema: StructuralSchema, envelope: Readonly<Record<string, Schema>>, alsoRequired: readonly string[]): Schema {
  const { properties, additionalProperties, items, type, nullable, required, 'x-kubernetes-int-or-string': intOrString, 'x-kubernetes-preserve-unknown-fields': preserve, ...rest } = schema
  const isObject = type === 'object' || properties !== undefined
  return {
    ...forValidation(rest),
    ...(intOrString === true ? { type: types(['integer', 'string'], nullable) } : type === undefined ? {} : { type: types([type], nullable) }),
    ...(isObject ? { properties: { ...eachStrict(properties ?? {}), ...envelope }, additionalProperties: otherFields(additionalProperties, preserve) } : {}),
    ...(items === undefined ? {} : { items: strict(items) }),
    ...requiredOf([...(required ?? []), ...alsoRequired]),
  }
}

function otherFields(additional: StructuralSchema | boolean | undefined, preserve: boolean | undefined): Schema | boolean {
  if (typeof additional === 'object') return strict(additional)
  return additional === true || preserve === true
}

function eachStrict(properties: Readonly<Record<string, StructuralSchema>>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, strict(property)]))
}

/** Draft 4 forbids an empty list, and names given twice. */
function requiredOf(names: readonly string[]): Schema {
  return names.length === 0 ? {} : { required: [...new Set(names)] }
}

function types(names: readonly string[], nullable: boolean | undefined): string | readonly string[] {
  const all = nullable === true ? [...names, 'null'] : names
  const [only, ...others] = all
  return only !== undefined && others.length === 0 ? only : all
}

/** Inside allOf, anyOf, oneOf and not a structural schema only judges values: it neither prunes nor declares fields. CEL is left to the server. */
function forValidation(keywords: StructuralSchema): Schema {
  return Object.fromEntries(Object.entries(keywords).filter(([keyword]) => !keyword.startsWith('x-kubernetes-') && keyword !== 'description' && keyword !== 'default'))
}
