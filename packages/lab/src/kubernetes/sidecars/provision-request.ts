/** From a claim and its class to CreateVolume, and from the answer to a PersistentVolume: external-provisioner's controller.go. */
import type { CSIPersistentVolumeSource, PersistentVolumeSpec } from 'kubernetes-types/core/v1'
import { Size } from '@stowage/core/size'
import type { CreateVolumeRequest, TopologyRequirement, Volume as CsiVolume } from '@stowage/wire/csi'
import type { Api, KubeInput } from '../api/api.ts'
import type { Claim, StorageClass } from '../controllers/objects.ts'
import { provisionedBy } from '../controllers/volumes/annotations.ts'
import { requestedSize, volumeModeOf } from '../controllers/volumes/match-volume.ts'
import { csiPrefix, readSecret, secretReference } from './secrets.ts'
import { volumeAffinity } from './topology.ts'
import { csiAccessMode, csiCapability } from './volume-capability.ts'

export const provisionerFinalizer = 'external-provisioner.volume.kubernetes.io/finalizer'
export const deletionSecretName = 'volume.kubernetes.io/provisioner-deletion-secret-name'
export const deletionSecretNamespace = 'volume.kubernetes.io/provisioner-deletion-secret-namespace'

/** Keys of the class that are the provisioner's own and are not handed on. */
const ownParameters = /^csi\.storage\.k8s\.io\/(fstype|(provisioner|controller-publish|node-stage|node-publish|controller-expand|node-expand|controller-modify)-secret-(name|namespace))$/

export interface ProvisionFacts {
  readonly api: Api
  readonly claim: Claim
  readonly storageClass: StorageClass
  readonly driver: string
  readonly volumeName: string
  readonly defaultFsType: string
  readonly extraMetadata: boolean
  readonly singleNodeMultiWriter: boolean
  readonly topology: TopologyRequirement | undefined
}

export function createVolumeRequest(facts: ProvisionFacts): CreateVolumeRequest {
  const { api, claim, storageClass, volumeName } = facts
  if (claim.spec.selector !== undefined) throw new Error('claim Selector is not supported')
  const limit = claim.spec.resources?.limits?.['storage']
  const mode = csiAccessMode(claim.spec.accessModes ?? [], facts.singleNodeMultiWriter)
  return {
    name: volumeName,
    capacityRange: { requiredBytes: requestedSize(claim).toNumber(), limitBytes: limit === undefined ? 0 : Size.parse(limit).toNumber() },
    volumeCapabilities: [csiCapability({ block: volumeModeOf(claim) === 'Block', fsType: fsTypeOf(facts), mountOptions: storageClass.mountOptions ?? [], mode })],
    parameters: { ...handedOn(storageClass), ...metadataOf(facts) },
    secrets: readSecret(api, secretReference('provisioner', storageClass.parameters ?? {}, volumeName, claim)),
    accessibilityRequirements: facts.topology,
    mutableParameters: {},
  }
}

function handedOn(storageClass: StorageClass): Record<string, string> {
  const entries = Object.entries(storageClass.parameters ?? {}).filter(([key]) => key !== 'fstype' && !ownParameters.test(key))
  const unknown = entries.find(([key]) => key.startsWith(csiPrefix))
  if (unknown !== undefined) throw new Error(`failed to strip CSI Parameters of prefixed keys: found unknown parameter key "${unknown[0]}" with reserved namespace ${csiPrefix}`)
  return Object.fromEntries(entries)
}

function metadataOf({ extraMetadata, claim, volumeName }: ProvisionFacts): Record<string, string> {
  if (!extraMetadata) return {}
  return { [`${csiPrefix}pvc/name`]: claim.metadata.name, [`${csiPrefix}pvc/namespace`]: claim.metadata.namespace ?? '', [`${csiPrefix}pv/name`]: volumeName }
}

/** Throws when both the old and the new key are given. */
function fsTypeOf({ storageClass, defaultFsType }: ProvisionFacts): string {
  const plain = storageClass.parameters?.['fstype']
  const prefixed = storageClass.parameters?.[`${csiPrefix}fstype`]
  if (plain !== undefined && prefixed !== undefined) throw new Error(`fstype specified in parameters with both "fstype" and "${csiPrefix}fstype" keys`)
  return prefixed ?? plain ?? defaultFsType
}

export function volumeFor(facts: ProvisionFacts, made: CsiVolume, identity: string, hasTopology: boolean): KubeInput {
  const { claim, storageClass, driver, volumeName } = facts
  const { apiVersion, kind, metadata } = claim
  const secret = secretReference('provisioner', storageClass.parameters ?? {}, volumeName, claim)
  const affinity = hasTopology ? volumeAffinity(made.accessibleTopology) : undefined
  const capacity = made.capacityBytes === 0 ? requestedSize(claim) : Size.bytes(made.capacityBytes)
  const spec: PersistentVolumeSpec = {
    accessModes: [...(claim.spec.accessModes ?? [])],
    capacity: { storage: capacity.toString() },
    claimRef: { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid, resourceVersion: metadata.resourceVersion },
    csi: { ...secretRefs(facts), driver, volumeHandle: made.volumeId, volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': identity, ...made.volumeContext }, ...(volumeModeOf(claim) === 'Block' ? {} : { fsType: fsTypeOf(facts) }) },
    persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
    storageClassName: storageClass.metadata.name,
    volumeMode: volumeModeOf(claim),
    ...(storageClass.mountOptions === undefined ? {} : { mountOptions: [...storageClass.mountOptions] }),
    ...(affinity === undefined ? {} : { nodeAffinity: affinity }),
  }
  const annotations = { [provisionedBy]: driver, [deletionSecretName]: secret?.name ?? '', [deletionSecretNamespace]: secret?.namespace ?? '' }
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volumeName, annotations, finalizers: [provisionerFinalizer] }, ...{ spec } }
}

function secretRefs({ storageClass, volumeName, claim }: ProvisionFacts): Partial<CSIPersistentVolumeSource> {
  const reference = (use: Parameters<typeof secretReference>[0]): ReturnType<typeof secretReference> => secretReference(use, storageClass.parameters ?? {}, volumeName, claim)
  const refs = {
    controllerPublishSecretRef: reference('controller-publish'),
    nodeStageSecretRef: reference('node-stage'),
    nodePublishSecretRef: reference('node-publish'),
    controllerExpandSecretRef: reference('controller-expand'),
    nodeExpandSecretRef: reference('node-expand'),
  }
  return Object.fromEntries(Object.entries(refs).filter(([, ref]) => ref !== undefined))
}
