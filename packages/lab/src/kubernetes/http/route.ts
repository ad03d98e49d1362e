/** What a path of the API asks about: apimachinery's RequestInfo. */
import type { Resource, ResourceRegistry } from '../api/resources.ts'

export interface Target {
  readonly resource: Resource
  /** Undefined: all namespaces, or a cluster-scoped resource. */
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** `/api/v1/namespaces/x/pods/y/log`; undefined when the path names no resource that is served. */
export function routeOf(registry: ResourceRegistry, path: string): Target | undefined {
  const parts = path.split('/').filter(each => each !== '').map(decodeURIComponent)
  const [root, ...rest] = parts
  if (root === 'api') return within(registry, '', rest)
  return root === 'apis' ? within(registry, rest[0] ?? '', rest.slice(1)) : undefined
}

function within(registry: ResourceRegistry, group: string, parts: readonly string[]): Target | undefined {
  const [version, ...rest] = parts
  if (version === undefined || rest[0] === undefined) return undefined
  const scoped = rest[0] === 'namespaces' && rest[1] !== undefined && rest[2] !== undefined ? namespaced(registry, group, version, rest) : undefined
  if (scoped !== undefined) return scoped
  const [plural = '', name, subresource, more] = rest
  const resource = registry.at(group, version, plural)
  if (resource === undefined || more !== undefined) return undefined
  return { resource, namespace: undefined, name, subresource }
}

function namespaced(registry: ResourceRegistry, group: string, version: string, parts: readonly string[]): Target | undefined {
  const [, namespace, plural = '', name, subresource, more] = parts
  const resource = registry.at(group, version, plural)
  if (resource === undefined || !resource.namespaced || more !== undefined) return undefined
  return { resource, namespace, name, subresource }
}
