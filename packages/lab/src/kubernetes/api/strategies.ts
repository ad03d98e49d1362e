/** What the registries of upstream do to each kind beside validation, as data. From pkg/registry/<group>/<resource>/strategy.go. */
import type { JsonObject } from './json.ts'
import { resourceName } from './resources.ts'
import type { Resource } from './resources.ts'

export interface Strategy {
  /** The status that a new object starts with, whatever was sent; undefined keeps what was sent. */
  readonly initialStatus?: JsonObject
  /** Whether metadata.generation counts changes of the spec; `later` starts with the first change. */
  readonly generation?: true | 'later'
  /** Annotations count as well (Deployments). */
  readonly generationOfAnnotations?: boolean
  /** Names that must be a DNS label and not only a subdomain. */
  readonly name?: 'label' | 'subdomain' | 'path'
  /** managedFields are kept. Events and Leases are written too often for it. */
  readonly managedFields?: boolean
  /** A delete that takes effect at once answers with the object and not with a Status. */
  readonly returnsDeleted?: boolean
  /** PUT of what is not there creates it. */
  readonly createsOnUpdate?: boolean
  /** Seen at v1.36.3, of claims alone: the first update that changes nothing is a new version all the same, later ones are not. */
  readonly firstIdleUpdateIsWritten?: boolean
  /** PUT without resourceVersion is refused. */
  readonly needsVersion?: boolean
}

const counted = { initialStatus: {}, generation: true } as const

const strategies: Readonly<Record<string, Strategy>> = {
  namespaces: { initialStatus: { phase: 'Active' }, name: 'label', returnsDeleted: true },
  nodes: {},
  pods: { initialStatus: { phase: 'Pending' }, generation: true, returnsDeleted: true },
  persistentvolumeclaims: { initialStatus: { phase: 'Pending' }, returnsDeleted: true, firstIdleUpdateIsWritten: true },
  persistentvolumes: { initialStatus: { phase: 'Pending' }, returnsDeleted: true },
  services: { initialStatus: { loadBalancer: {} }, name: 'label', returnsDeleted: true },
  serviceaccounts: { returnsDeleted: true },
  events: { managedFields: false, createsOnUpdate: true },
  'events.events.k8s.io': { managedFields: false, createsOnUpdate: true },
  'leases.coordination.k8s.io': { managedFields: false, createsOnUpdate: true, needsVersion: true },
  resourcequotas: { initialStatus: {}, returnsDeleted: true },
  'networkpolicies.networking.k8s.io': { generation: true },
  'deployments.apps': { ...counted, generationOfAnnotations: true },
  'statefulsets.apps': counted,
  'replicasets.apps': counted,
  'daemonsets.apps': counted,
  'jobs.batch': counted,
  'cronjobs.batch': counted,
  'poddisruptionbudgets.policy': { initialStatus: {}, generation: true, needsVersion: true },
  'storageclasses.storage.k8s.io': { returnsDeleted: true },
  'csidrivers.storage.k8s.io': { returnsDeleted: true, needsVersion: true, generation: 'later' },
  'csinodes.storage.k8s.io': { returnsDeleted: true, needsVersion: true },
  'csistoragecapacities.storage.k8s.io': { needsVersion: true },
  'volumeattachments.storage.k8s.io': { initialStatus: { attached: false }, returnsDeleted: true, needsVersion: true },
  'volumeattributesclasses.storage.k8s.io': { returnsDeleted: true },
  'customresourcedefinitions.apiextensions.k8s.io': { generation: true, needsVersion: true },
  'roles.rbac.authorization.k8s.io': { name: 'path', createsOnUpdate: true },
  'rolebindings.rbac.authorization.k8s.io': { name: 'path', createsOnUpdate: true },
  'clusterroles.rbac.authorization.k8s.io': { name: 'path', createsOnUpdate: true },
  'clusterrolebindings.rbac.authorization.k8s.io': { name: 'path', createsOnUpdate: true },
}

const custom: Strategy = { generation: true, needsVersion: true }

export function strategyOf(resource: Resource): Strategy {
  return strategies[resourceName(resource)] ?? (resource.custom !== undefined ? custom : {})
}
