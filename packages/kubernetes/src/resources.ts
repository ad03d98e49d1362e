import { StorageError } from '@stowage/core'
import type { Kind, ObjectRef } from './objects.ts'
import type { Transport } from './transport.ts'

/** How a kind is addressed. */
export interface Resource {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

/** Kinds and their paths, asked of the server once for each group and version. */
export class Resources {
  readonly #transport: Transport
  readonly #known = new Map<string, Promise<readonly Resource[]>>()

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** A kind that is not known is asked for again, since its CRD may just have been installed. Throws `not-found`. */
  async of({ apiVersion, kind }: Kind): Promise<Resource> {
    const known = this.#known.get(apiVersion)
    const found = known === undefined ? undefined : (await known).find((resource) => resource.kind === kind)
    if (found !== undefined) return found
    const fresh = (await this.#fetch(apiVersion)).find((resource) => resource.kind === kind)
    if (fresh !== undefined) return fresh
    throw new StorageError('not-found', `the cluster does not know the kind ${kind} of ${apiVersion}; install its CustomResourceDefinition first, or correct the apiVersion`, {
      details: { apiVersion, kind, missing: 'kind' },
    })
  }

  #fetch(apiVersion: string): Promise<readonly Resource[]> {
    const fetched = this.#ask(apiVersion)
    this.#known.set(apiVersion, fetched)
    // A failure is told to those who wait now, and not kept for those who come later.
    fetched.catch(() => this.#known.delete(apiVersion))
    return fetched
  }

  async #ask(apiVersion: string): Promise<readonly Resource[]> {
    try {
      const { resources } = await this.#transport.json<ResourceList>({ method: 'GET', path: rootOf(apiVersion), what: `ask the cluster what it serves of ${apiVersion}` })
      return resources.filter(({ name }) => !name.includes('/')).map(({ name, kind, namespaced }) => ({ apiVersion, kind, plural: name, namespaced }))
    } catch (error) {
      if (error instanceof StorageError && error.kind === 'not-found') return []
      throw error
    }
  }
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** The path of a collection; without a namespace that of all namespaces. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const within = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${rootOf(resource.apiVersion)}${within}/${resource.plural}`
}

/** The path of one object. A namespaced object without a namespace is in `default`, as kubectl has it. */
export function objectPath(resource: Resource, ref: Pick<ObjectRef, 'namespace' | 'name'>, subresource?: string): string {
  const collection = collectionPath(resource, ref.namespace ?? 'default')
  return `${collection}/${encodeURIComponent(ref.name)}${subresource === undefined ? '' : `/${subresource}`}`
}
