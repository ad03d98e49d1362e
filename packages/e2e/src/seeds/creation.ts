/** Where an object of the documents is created, as kubectl would: with strict validation, and here without lasting effect. */
export interface Creation {
  readonly kind: string
  readonly name?: string
  /** Set when the text names no namespace and the object needs one. */
  readonly defaulted?: string
  /** Path and query of the POST. */
  readonly path: string
}

interface Collection {
  readonly path: string
  readonly plural: string
  readonly namespaced: boolean
}

const collections: Readonly<Record<string, Collection>> = {
  PersistentVolumeClaim: { path: '/api/v1', plural: 'persistentvolumeclaims', namespaced: true },
  PersistentVolume: { path: '/api/v1', plural: 'persistentvolumes', namespaced: false },
  Service: { path: '/api/v1', plural: 'services', namespaced: true },
  Pod: { path: '/api/v1', plural: 'pods', namespaced: true },
  StorageClass: { path: '/apis/storage.k8s.io/v1', plural: 'storageclasses', namespaced: false },
  Deployment: { path: '/apis/apps/v1', plural: 'deployments', namespaced: true },
  StatefulSet: { path: '/apis/apps/v1', plural: 'statefulsets', namespaced: true },
}

/** undefined for what is no object at all: a fragment without a kind. */
export function creationOf(object: unknown): Creation | undefined {
  if (!isRecord(object)) return undefined
  const { kind, metadata } = object
  const collection = typeof kind === 'string' ? collections[kind] : undefined
  if (typeof kind !== 'string' || collection === undefined) return undefined
  const { name, namespace } = isRecord(metadata) ? metadata : {}
  const own = typeof namespace === 'string' ? namespace : 'default'
  return {
    kind,
    ...(typeof name === 'string' ? { name } : {}),
    ...(collection.namespaced && namespace === undefined ? { defaulted: own } : {}),
    path: `${collection.path}${collection.namespaced ? `/namespaces/${own}` : ''}/${collection.plural}?dryRun=All&fieldManager=kubectl-create&fieldValidation=Strict`,
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
