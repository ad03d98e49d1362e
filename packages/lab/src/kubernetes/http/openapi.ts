/**
 * OpenAPI v3 as kubectl uses it: an index of documents with hashes, and for each group version the schemas of its kinds and the
 * operations with their query parameters (`fieldValidation` among them is how kubectl learns that the server validates).
 */
import { createHash } from 'node:crypto'
import { kubernetesSchemas } from '@stowage/wire/kubernetes'
import { frozenJson, isObject } from '../api/json.ts'
import type { Json, JsonObject } from '../api/json.ts'
import type { Resource } from '../api/resources.ts'

const refPrefix = '#/components/schemas/'

/** `api/v1`, `apis/apps/v1`. */
export function documentPath(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${resource.group}/${resource.version}`
}

export function openApiIndex(resources: readonly Resource[]): JsonObject {
  const paths = [...new Set(resources.map(documentPath))].sort()
  const entries = paths.map(path => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(openApiDocument(path, resources) ?? {})}` }])
  return { paths: Object.fromEntries(entries) }
}

export function hashOf(value: Json): string {
  return createHash('sha512').update(JSON.stringify(value)).digest('hex').toUpperCase()
}

export function openApiDocument(path: string, resources: readonly Resource[]): JsonObject | undefined {
  const own = resources.filter(each => documentPath(each) === path)
  if (own.length === 0) return undefined
  const names = new Set<string>()
  const custom: Record<string, Json> = {}
  for (const resource of own) {
    if (resource.custom !== undefined) custom[customName(resource)] = customSchema(resource)
    else for (const name of namesOf(resource)) reach(name, names)
  }
  reach('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', names)
  reach('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', names)
  const schemas = Object.fromEntries([...names].sort().map(name => [name, published(kubernetesSchemas[name] ?? {})]))
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(own.flatMap(pathsOf)),
    components: { schemas: { ...schemas, ...custom } },
  }
}

function namesOf(resource: Resource): readonly string[] {
  return Object.entries(kubernetesSchemas).flatMap(([name, schema]) => {
    const kinds = schema['x-kubernetes-group-version-kind']
    const own = [resource, { ...resource, kind: `${resource.kind}List` }, ...resource.subresources]
    return Array.isArray(kinds) && kinds.some(gvk => own.some(each => gvkOf(each) === gvkOf(gvk))) ? [name] : []
  })
}

function gvkOf(of: { readonly group: string; readonly version: string; readonly kind: string }): string {
  return `${of.group}/${of.version}/${of.kind}`
}

function reach(name: string, names: Set<string>): void {
  const schema = kubernetesSchemas[name]
  if (schema === undefined || names.has(name)) return
  names.add(name)
  for (const match of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) reach(match[1] ?? '', names)
}

/** Without what is ours. */
function published(value: unknown): Json {
  return frozenJson(JSON.parse(JSON.stringify(value, (key, child: unknown) => (key === 'x-go' ? undefined : child))))
}

function customName(resource: Resource): string {
  return `${resource.group.split('.').toReversed().join('.')}.${resource.version}.${resource.kind}`
}

function customSchema(resource: Resource): JsonObject {
  const schema = frozenJson(resource.custom?.schema ?? {})
  const base = isObject(schema) ? schema : {}
  const properties = isObject(base['properties'] ?? null) ? base['properties'] : {}
  return {
    ...base,
    properties: {
      ...(isObject(properties) ? properties : {}),
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: `${refPrefix}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` }] },
    },
    'x-kubernetes-group-version-kind': [{ group: resource.group, version: resource.version, kind: resource.kind }],
  }
}

interface Operation {
  readonly verb: string
  readonly method: string
  readonly action: string
  readonly query: readonly string[]
}

const writing = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty']
const selecting = ['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch']
const ofCollection: readonly Operation[] = [
  { verb: 'list', method: 'get', action: 'list', query: selecting },
  { verb: 'create', method: 'post', action: 'post', query: writing },
  { verb: 'deletecollection', method: 'delete', action: 'deletecollection', query: selecting },
]
const ofItem: readonly Operation[] = [
  { verb: 'get', method: 'get', action: 'get', query: ['pretty'] },
  { verb: 'update', method: 'put', action: 'put', query: writing },
  { verb: 'patch', method: 'patch', action: 'patch', query: [...writing, 'force'] },
  { verb: 'delete', method: 'delete', action: 'delete', query: ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'] },
]

function pathsOf(resource: Resource): [string, JsonObject][] {
  const base = `/${documentPath(resource)}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`
  const schema = resource.custom !== undefined ? customName(resource) : (namesOf({ ...resource, subresources: [] }).find(each => !each.endsWith('List')) ?? '')
  return [
    [base, operations(resource, ofCollection, schema)],
    [`${base}/{name}`, operations(resource, ofItem, schema)],
  ]
}

function operations(resource: Resource, all: readonly Operation[], schema: string): JsonObject {
  const { group, version, kind } = resource
  const own = all.filter(each => resource.verbs.includes(each.verb))
  return Object.fromEntries(own.map(each => [each.method, {
    operationId: `${each.action}${kind}`,
    parameters: each.query.map(name => ({ name, in: 'query', schema: { type: name === 'limit' ? 'integer' : 'string', uniqueItems: true } })),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: { $ref: refPrefix + schema } } } } },
    'x-kubernetes-action': each.action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }]))
}
