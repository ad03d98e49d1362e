/** The kinds that the control plane and the kubelets meet, as far as they read them. All are frozen as they come from the store. */
import type { DaemonSetSpec, DaemonSetStatus, DeploymentSpec, DeploymentStatus, ReplicaSetSpec, ReplicaSetStatus, StatefulSetSpec, StatefulSetStatus } from 'kubernetes-types/apps/v1'
import type { NodeSpec, NodeStatus, PersistentVolumeClaimSpec, PersistentVolumeClaimStatus, PersistentVolumeSpec, PersistentVolumeStatus, PodSpec, PodStatus, TopologySelectorTerm } from 'kubernetes-types/core/v1'
import type { CSIDriverSpec, CSINodeSpec, VolumeAttachmentSpec, VolumeAttachmentStatus } from 'kubernetes-types/storage/v1'
import type { KubeObject, ObjectMeta } from '../api/api.ts'

export interface Pod extends KubeObject {
  readonly spec: PodSpec
  readonly status?: PodStatus
}

/** `allocatedResourceStatuses` and the rest of KEP-1790 are in the types already. */
export interface Claim extends KubeObject {
  readonly spec: PersistentVolumeClaimSpec
  readonly status?: PersistentVolumeClaimStatus
}

export interface Volume extends KubeObject {
  readonly spec: PersistentVolumeSpec
  readonly status?: PersistentVolumeStatus
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly reclaimPolicy?: string
  readonly volumeBindingMode?: string
  readonly mountOptions?: readonly string[]
  readonly allowVolumeExpansion?: boolean
  readonly allowedTopologies?: readonly TopologySelectorTerm[]
}

export interface Node extends KubeObject {
  readonly spec: NodeSpec
  readonly status?: NodeStatus
}

export interface CsiNode extends KubeObject {
  readonly spec: CSINodeSpec
}

export interface CsiDriver extends KubeObject {
  readonly spec: CSIDriverSpec
}

export interface Attachment extends KubeObject {
  readonly spec: VolumeAttachmentSpec
  readonly status?: VolumeAttachmentStatus
}

export interface StorageCapacity extends KubeObject {
  readonly storageClassName: string
  readonly capacity?: string
  readonly maximumVolumeSize?: string
  readonly nodeTopology?: LabelSelector
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]
}

export interface StatefulSet extends KubeObject {
  readonly spec: StatefulSetSpec
  readonly status?: StatefulSetStatus
}

export interface Deployment extends KubeObject {
  readonly spec: DeploymentSpec
  readonly status?: DeploymentStatus
}

export interface ReplicaSet extends KubeObject {
  readonly spec: ReplicaSetSpec
  readonly status?: ReplicaSetStatus
}

export interface DaemonSet extends KubeObject {
  readonly spec: DaemonSetSpec
  readonly status?: DaemonSetStatus
}

export interface ControllerRevision extends KubeObject {
  readonly revision: number
  readonly data?: unknown
}

export interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] }
  readonly status?: { readonly phase?: string; readonly conditions?: readonly unknown[] }
}

export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

export interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string; readonly leaseDurationSeconds?: number }
}

/** `namespace/name`, or `name` for what has no namespace. */
export function keyOf(object: { readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'> }): string {
  return joinKey(object.metadata.name, object.metadata.namespace)
}

export function joinKey(name: string, namespace?: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

export function splitKey(key: string): { readonly name: string; readonly namespace?: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? ''
}

export function isDeleted(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}

export function annotationOf(object: KubeObject, key: string): string | undefined {
  return object.metadata.annotations?.[key]
}

/** The owner that controls this object. */
export function controllerOf(object: KubeObject): { readonly kind: string; readonly name: string; readonly uid: string } | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** An owner reference that makes `owner` the controller, as apimachinery's `NewControllerRef` writes it. */
export function controlledBy(owner: KubeObject): { apiVersion: string; kind: string; name: string; uid: string; controller: true; blockOwnerDeletion: true } {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true }
}

/** Succeeded or failed: it will not run again, whatever its deletion does. */
export function isPodOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

export function claimNamesOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName]
    return volume.ephemeral === undefined ? [] : [`${pod.metadata.name}-${volume.name}`]
  })
}

export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}
