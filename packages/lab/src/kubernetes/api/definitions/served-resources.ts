/** What a stored CustomResourceDefinition makes the server serve: one resource for each served version, once it is established. */
import { createHash } from 'node:crypto'
import type { PrinterColumn, StructuralSchema } from '@stowage/wire/crds'
import { hasRules, RuleBook } from '@stowage/wire/structural-schema'
import { arrayAt, at, isObject, numberAt, objectAt, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { CustomPart, Resource, ScalePaths } from '../resources.ts'
import { byVersion } from './version-order.ts'

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

export function conditionOf(definition: JsonObject, type: string): JsonObject | undefined {
  const found = arrayAt(definition, 'status', 'conditions').find(each => textAt(each, 'type') === type)
  return isObject(found) ? found : undefined
}

export function isEstablished(definition: JsonObject): boolean {
  return conditionOf(definition, 'Established')?.['status'] === 'True'
}

/** The first is the version that is stored; the others follow in Kubernetes' order. */
export function resourcesOf(definition: JsonObject): readonly Resource[] {
  const rules = new RuleBook()
  const served = arrayAt(definition, 'spec', 'versions').filter(each => at(each, 'served') === true)
  const all = served.map(version => resourceOf(definition, version, rules))
  return all.toSorted((a, b) => byVersion(a.version, b.version)).toSorted((a, b) => Number(isStored(definition, b)) - Number(isStored(definition, a)))
}

function isStored(definition: JsonObject, resource: Resource): boolean {
  return arrayAt(definition, 'spec', 'versions').some(each => at(each, 'storage') === true && textAt(each, 'name') === resource.version)
}

function resourceOf(definition: JsonObject, version: Json, rules: RuleBook): Resource {
  const spec = objectAt(definition, 'spec')
  const names = objectAt(definition, 'status', 'acceptedNames')
  const common = { group: textAt(spec, 'group'), version: textAt(version, 'name'), kind: textAt(names, 'kind') }
  const custom = customPart(definition, version, common, rules)
  return Object.freeze({
    ...common,
    plural: textAt(names, 'plural'),
    singular: textAt(names, 'singular'),
    namespaced: textAt(spec, 'scope') === 'Namespaced',
    shortNames: arrayAt(names, 'shortNames').map(String),
    categories: arrayAt(names, 'categories').map(String),
    verbs,
    storageVersionHash: storageHash(common.group, storedVersion(definition), common.kind),
    subresources: subresourcesOf(version, common),
    custom,
  })
}

function storedVersion(definition: JsonObject): string {
  return textAt(arrayAt(definition, 'spec', 'versions').find(each => at(each, 'storage') === true), 'name')
}

/** apiserver's discovery.StorageVersionHash: the first eight bytes of a SHA-256. */
function storageHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}

function subresourcesOf(version: Json, common: Pick<Resource, 'group' | 'version' | 'kind'>): Resource['subresources'] {
  const verbsOf = ['get', 'patch', 'update']
  const status = at(version, 'subresources', 'status') === undefined ? [] : [{ ...common, name: 'status', verbs: verbsOf }]
  const scale = at(version, 'subresources', 'scale') === undefined ? [] : [{ group: 'autoscaling', version: 'v1', kind: 'Scale', name: 'scale', verbs: verbsOf }]
  return [...status, ...scale]
}

function customPart(definition: JsonObject, version: Json, common: Pick<Resource, 'group' | 'kind' | 'version'>, rules: RuleBook): CustomPart {
  const deprecated = at(version, 'deprecated') === true
  return {
    schema: schemaOf(version),
    columns: arrayAt(version, 'additionalPrinterColumns').map(columnOf),
    scale: scaleOf(version),
    listKind: textAt(definition, 'status', 'acceptedNames', 'listKind'),
    rules,
    hasRules: hasRules(schemaOf(version)),
    isTerminating: conditionOf(definition, 'Terminating')?.['status'] === 'True',
    ...(deprecated ? { deprecation: textAt(version, 'deprecationWarning') || deprecationOf(definition, common) } : {}),
  }
}

function scaleOf(version: Json): ScalePaths | undefined {
  const scale = at(version, 'subresources', 'scale')
  if (scale === undefined) return undefined
  const path = (key: string): readonly string[] => textAt(scale, key).split('.').filter(each => each !== '')
  const selector = path('labelSelectorPath')
  return { spec: path('specReplicasPath'), status: path('statusReplicasPath'), selector: selector.length === 0 ? undefined : selector }
}

/** Defaults to the advice of the newest version that is not deprecated. */
function deprecationOf(definition: JsonObject, { group, version, kind }: Pick<Resource, 'group' | 'kind' | 'version'>): string {
  const current = arrayAt(definition, 'spec', 'versions').filter(each => at(each, 'served') === true && at(each, 'deprecated') !== true).map(each => textAt(each, 'name')).toSorted(byVersion)[0]
  const advice = current === undefined ? '' : `; use ${group}/${current} ${kind}`
  return `${group}/${version} ${kind} is deprecated${advice}`
}

function schemaOf(version: Json): StructuralSchema {
  const schema = at(version, 'schema', 'openAPIV3Schema')
  return isObject(schema) ? schema : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
}

function columnOf(column: Json): PrinterColumn {
  const description = textAt(column, 'description')
  return {
    name: textAt(column, 'name'),
    type: textAt(column, 'type'),
    jsonPath: textAt(column, 'jsonPath'),
    format: textAt(column, 'format'),
    priority: numberAt(column, 'priority') ?? 0,
    ...(description === '' ? {} : { description }),
  }
}
