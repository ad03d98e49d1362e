/** Discovery in both of its forms: the legacy lists, and apidiscovery.k8s.io/v2 in one answer. */
import type { Json, JsonObject } from '../api/json.ts'

import { byVersion } from '../api/definitions/version-order.ts'
import type { Resource, Subresource } from '../api/resources.ts'

export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** `/api` of old. */
export function coreVersions(): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
  }
}

function groupsOf(resources: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  const groups = new Map<string, Resource[]>()
  for (const resource of resources) groups.set(resource.group, [...(groups.get(resource.group) ?? []), resource])
  return groups
}

export function groupList(resources: readonly Resource[]): JsonObject {
  const names = [...groupsOf(resources).keys()].filter(each => each !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map(each => groupBody(each, resources)) }
}

export function oneGroup(group: string, resources: readonly Resource[]): JsonObject | undefined {
  if (!groupsOf(resources).has(group)) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group, resources) }
}

function groupBody(group: string, resources: readonly Resource[]): JsonObject {
  const versions = versionNames(resources.filter(each => each.group === group))
  const named = versions.map(version => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions: named, preferredVersion: named[0] ?? {} }
}

export function resourceList(group: string, version: string, resources: readonly Resource[]): JsonObject | undefined {
  const own = resources.filter(each => each.group === group && each.version === version)
  if (own.length === 0) return undefined
  const name = group === '' ? version : `${group}/${version}`
  const listed = own.flatMap(each => [apiResource(each), ...each.subresources.map(sub => apiSubresource(each, sub))])
  return { kind: 'APIResourceList', ...(group === '' ? {} : { apiVersion: 'v1' }), groupVersion: name, resources: listed }
}

/** Groups of custom resources have their versions in Kubernetes' order; those that are built in stand as upstream lists them. */
function versionNames(own: readonly Resource[]): readonly string[] {
  const names = [...new Set(own.map(each => each.version))]
  return own.some(each => each.custom !== undefined) ? names.toSorted(byVersion) : names
}

function apiResource(resource: Resource): JsonObject {
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...nonEmpty('shortNames', resource.shortNames),
    ...nonEmpty('categories', resource.categories),
    ...(resource.storageVersionHash === undefined ? {} : { storageVersionHash: resource.storageVersionHash }),
  }
}

function apiSubresource(resource: Resource, sub: Subresource): JsonObject {
  const foreign = sub.group !== resource.group || sub.version !== resource.version
  return {
    name: `${resource.plural}/${sub.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(foreign ? { ...(sub.group === '' ? {} : { group: sub.group }), version: sub.version } : {}),
    kind: sub.kind,
    verbs: sub.verbs,
  }
}

function nonEmpty(key: string, list: readonly string[]): JsonObject {
  return list.length === 0 ? {} : { [key]: list }
}

/** `core`: the part served at `/api`; otherwise that at `/apis`. */
export function aggregated(core: boolean, resources: readonly Resource[]): JsonObject {
  const groups = [...groupsOf(resources)].filter(([group]) => (group === '') === core)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(([group, own]) => ({ metadata: group === '' ? {} : { name: group }, versions: versionsOf(own) })),
  }
}

function versionsOf(own: readonly Resource[]): Json {
  const versions = versionNames(own)
  return versions.map(version => ({ version, resources: own.filter(each => each.version === version).map(discovered), freshness: 'Current' }))
}

function discovered(resource: Resource): JsonObject {
  const { group, version, kind, plural, singular } = resource
  const subresources = resource.subresources.map(sub => ({
    subresource: sub.name,
    responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
    verbs: sub.verbs,
  }))
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: resource.verbs,
    ...nonEmpty('shortNames', resource.shortNames),
    ...nonEmpty('categories', resource.categories),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

