/** The parts of metadata that every kind has. Source: io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta. */
export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string; readonly controller?: boolean }[]
  readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string; readonly subresource?: string; readonly time?: string; readonly fieldsV1?: unknown }[]
}

/** Any object. At use, give the type of the kind: `client.get<Pod>(…)` with `Pod` of kubernetes-types. */
export interface KubernetesObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: ObjectMeta
}

export interface Kind {
  /** `v1`, `storage.k8s.io/v1`. */
  readonly apiVersion: string
  /** `PersistentVolumeClaim`. */
  readonly kind: string
}

export interface ObjectRef extends Kind {
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string
  readonly name: string
}

/** Where an object is to be found. Throws when it has no name or kind. */
export function refOf(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind, metadata } = object
  if (apiVersion === undefined || kind === undefined || metadata?.name === undefined) {
    throw new TypeError(`an object without apiVersion, kind or name cannot be addressed: ${JSON.stringify({ apiVersion, kind, name: metadata?.name })}`)
  }
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }
}

/** `PersistentVolumeClaim default/data`, `StorageClass fast`. */
export function describeRef({ kind, namespace, name }: ObjectRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}
