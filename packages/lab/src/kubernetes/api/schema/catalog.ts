/** Published schemas as a graph of nodes that decoding, patching and field ownership walk together with an object. */
import { kubernetesSchemas } from '@stowage/wire/kubernetes'
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { groupVersion } from '../resources.ts'
import type { Resource } from '../resources.ts'
import { KnownValues } from './known.ts'
import type { Field, GoFate, ListNode, ScalarType, SchemaNode } from './node.ts'
import { anyNode } from './node.ts'

const refPrefix = '#/components/schemas/'

export class SchemaCatalog {
  readonly known = new KnownValues()
  readonly #byName = new Map<string, SchemaNode>()
  readonly #byKind = new Map<string, SchemaNode>()
  readonly #custom = new WeakMap<Resource, SchemaNode>()

  /** The node of a resource's objects, or of a subresource's body where that is another kind. */
  of(resource: Resource): SchemaNode {
    if (resource.custom !== undefined) return this.#ofCustom(resource)
    return this.ofKind(groupVersion(resource), resource.kind) ?? anyNode
  }

  ofKind(apiVersion: string, kind: string): SchemaNode | undefined {
    if (this.#byKind.size === 0) this.#indexKinds()
    return this.#byKind.get(`${apiVersion}/${kind}`)
  }

  #indexKinds(): void {
    for (const [name, schema] of Object.entries(kubernetesSchemas)) {
      const kinds = schema['x-kubernetes-group-version-kind']
      if (!Array.isArray(kinds) || kinds.length !== 1) continue
      for (const gvk of kinds) this.#byKind.set(`${gvk.group === '' ? '' : `${gvk.group}/`}${gvk.version}/${gvk.kind}`, this.named(name))
    }
  }

  named(name: string): SchemaNode {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const schema = asJson(kubernetesSchemas[name])
    const special = specialTypes[name]
    const node = special ?? this.#build(schema, goName(name), name)
    this.#byName.set(name, node)
    return node
  }

  #ofCustom(resource: Resource): SchemaNode {
    const known = this.#custom.get(resource)
    if (known !== undefined) return known
    const built = this.#build(asJson(resource.custom?.schema ?? {}), '', '')
    const metadata: Field = { node: this.named('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'), go: undefined, required: false, nullable: false }
    const plain: Field = { node: { kind: 'scalar', type: 'string', format: '', values: undefined }, go: undefined, required: false, nullable: false }
    const node: SchemaNode = built.kind === 'object'
      ? { ...built, fields: () => new Map([...built.fields(), ['apiVersion', plain], ['kind', plain], ['metadata', metadata]]) }
      : { kind: 'object', goType: '', name: '', atomic: false, open: true, fields: () => new Map([['apiVersion', plain], ['kind', plain], ['metadata', metadata]]) }
    this.#custom.set(resource, node)
    return node
  }

  #build(schema: JsonObject, goType: string, name: string): SchemaNode {
    if (schema['x-kubernetes-int-or-string'] === true) return scalar('intOrString')
    const type = schema['type']
    if (type === 'array') return this.#list(schema)
    if (type === 'string' || type === 'integer' || type === 'number' || type === 'boolean') return scalarOf(type, schema)
    const properties = schema['properties']
    if (isObject(properties ?? null)) return this.#object(schema, isObject(properties ?? null) ? (properties ?? null) : {}, goType, name)
    const values = schema['additionalProperties']
    if (values !== undefined && isObject(values)) return { kind: 'map', value: this.ref(values), atomic: schema['x-kubernetes-map-type'] === 'atomic' }
    if (schema['x-kubernetes-embedded-resource'] === true || name === '' || properties === undefined) return anyNode
    return anyNode
  }

  #object(schema: JsonObject, properties: Json, goType: string, name: string): SchemaNode {
    let fields: ReadonlyMap<string, Field> | undefined
    const required = new Set(isArray(schema['required']) ? schema['required'].map(String) : [])
    const make = (): ReadonlyMap<string, Field> =>
      new Map(Object.entries(isObject(properties) ? properties : {}).map(([key, property]) => [key, this.#field(isObject(property) ? property : {}, required.has(key))]))
    return {
      kind: 'object',
      goType,
      name,
      atomic: schema['x-kubernetes-map-type'] === 'atomic',
      open: schema['x-kubernetes-preserve-unknown-fields'] === true,
      fields: () => (fields ??= make()),
    }
  }

  #field(property: JsonObject, required: boolean): Field {
    const fate = fateOf(property)
    const strategy = property['x-kubernetes-patch-strategy']
    const node = this.ref(property)
    const mapType = property['x-kubernetes-map-type']
    return {
      // A field may say otherwise than its type: claimRef is granular, other references are atomic.
      node: typeof mapType === 'string' && (node.kind === 'object' || node.kind === 'map') ? { ...node, atomic: mapType === 'atomic' } : node,
      go: fate,
      required,
      nullable: property['nullable'] === true,
      ...(property['default'] === undefined ? {} : { default: property['default'] }),
      ...(typeof strategy === 'string' ? { patchStrategy: strategy.split(',') } : {}),
    }
  }

  /** A schema that may be a reference, plain or wrapped in allOf (so that it can carry a default). */
  ref(schema: JsonObject): SchemaNode {
    const wrapped = isArray(schema['allOf']) ? schema['allOf'][0] : undefined
    const ref = isObject(wrapped ?? null) && isObject(wrapped) ? wrapped['$ref'] : schema['$ref']
    if (typeof ref === 'string') return this.named(ref.slice(refPrefix.length))
    return this.#build(schema, '', '')
  }

  #list(schema: JsonObject): ListNode {
    const items = schema['items']
    const keys = schema['x-kubernetes-list-map-keys']
    const mergeKey = schema['x-kubernetes-patch-merge-key']
    const strategy = schema['x-kubernetes-patch-strategy']
    const declared = schema['x-kubernetes-list-type']
    const merges = typeof strategy === 'string' && strategy.split(',').includes('merge')
    const listType = declared === 'map' || declared === 'set' || declared === 'atomic' ? declared : impliedListType(merges, mergeKey)
    return {
      kind: 'list',
      item: isObject(items ?? null) && isObject(items) ? this.ref(items) : anyNode,
      listType,
      keys: isArray(keys) ? keys.map(String) : typeof mergeKey === 'string' ? [mergeKey] : [],
      mergeKey: typeof mergeKey === 'string' ? mergeKey : undefined,
      merges,
    }
  }
}

/** Embedded metadata is a struct: always written. */
function fateOf(property: JsonObject): GoFate | undefined {
  const go = property['x-go']
  if (go === 'pointer' || go === 'omit' || go === 'keep' || go === 'null') return go
  return JSON.stringify(property).includes('apis.meta.v1.ObjectMeta"') ? 'keep' : undefined
}

function impliedListType(merges: boolean, mergeKey: Json | undefined): 'map' | 'set' | 'atomic' {
  if (!merges) return 'atomic'
  return mergeKey === undefined ? 'set' : 'map'
}

function asJson(schema: unknown): JsonObject {
  return isObject(schema) ? schema : {}
}

function scalar(type: ScalarType): SchemaNode {
  return { kind: 'scalar', type, format: '', values: undefined }
}

function scalarOf(type: 'string' | 'integer' | 'number' | 'boolean', schema: JsonObject): SchemaNode {
  const format = typeof schema['format'] === 'string' ? schema['format'] : ''
  const values = isArray(schema['enum']) ? schema['enum'].map(String) : undefined
  return { kind: 'scalar', type: format === 'byte' ? 'bytes' : type, format, values }
}

/** `io.k8s.api.core.v1.PodSpec` → `v1.PodSpec`, as Go's errors name it. */
function goName(name: string): string {
  return name.split('.').slice(-2).join('.')
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const specialTypes: Readonly<Record<string, SchemaNode>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': scalar('quantity'),
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': scalar('intOrString'),
  [`${meta}Time`]: scalar('time'),
  [`${meta}MicroTime`]: scalar('microTime'),
  [`${meta}FieldsV1`]: anyNode,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': anyNode,
}
