/** The node's side of one CSI volume: stage, publish, expand and back, as kubelet's csi plugin calls them. */
import type { Files } from '@stowage/effects'
import { FileFailure } from '@stowage/effects'
import type { VolumeCapability } from '@stowage/wire/csi'
import type { Api } from '../api/api.ts'
import { attachmentName, needsAttachment } from '../controllers/volumes/attachable.ts'
import { sizeOf, volumeModeOf } from '../controllers/volumes/match-volume.ts'
import type { Attachment, CsiDriver, Pod, Secret, Volume } from '../controllers/objects.ts'
import { decodeSecret } from '../sidecars/secrets.ts'
import { csiAccessMode, csiCapability } from '../sidecars/volume-capability.ts'
import { applyGroup, groupToApply } from './fs-group.ts'
import { blockData, blockPublish, blockStaging, csiVolumeDirectory, deviceDirectory, globalMount, parentOf, podDevice, targetPath, volumeData } from './paths.ts'
import type { RegisteredDriver } from './plugins.ts'

/** kubelet's csiTimeout. */
const callMs = 120_000

export interface NodeVolumeParts {
  readonly api: Api
  readonly files: Files
  readonly node: string
  readonly driver: (name: string) => RegisteredDriver | undefined
}

/** A volume as far as its node calls need it: from the PersistentVolume, or from what was noted on disk. */
export interface VolumeIdentity {
  /** The PersistentVolume's name. */
  readonly name: string
  readonly driver: string
  readonly handle: string
  readonly block: boolean
}

export function identityOf(volume: Volume): VolumeIdentity {
  return { name: volume.metadata.name, driver: volume.spec.csi?.driver ?? '', handle: volume.spec.csi?.volumeHandle ?? '', block: volumeModeOf(volume) === 'Block' }
}

export class NodeVolumes {
  readonly #parts: NodeVolumeParts

  constructor(parts: NodeVolumeParts) {
    this.#parts = parts
  }

  stages(volume: VolumeIdentity): boolean {
    return this.#driver(volume, 'attacher.MountDevice').capabilities.has('STAGE_UNSTAGE_VOLUME')
  }

  async stage(volume: Volume, pod: Pod): Promise<void> {
    const identity = identityOf(volume)
    const driver = this.#driver(identity, 'attacher.MountDevice')
    const { files } = this.#parts
    const path = stagingPath(identity)
    await files.makeDirectory(path, 0o750)
    await this.#note(identity, dataDirectory(identity))
    const publishContext = this.#publishContext(volume)
    await driver.client.call('/csi.v1.Node/NodeStageVolume', {
      volumeId: identity.handle,
      publishContext,
      stagingTargetPath: path,
      volumeCapability: capabilityOf(volume, driver, pod),
      secrets: this.#secret(volume.spec.csi?.nodeStageSecretRef, 'NodeStageSecretRef'),
      volumeContext: volume.spec.csi?.volumeAttributes ?? {},
    }, callMs)
  }

  async unstage(identity: VolumeIdentity): Promise<void> {
    const driver = this.#driver(identity, 'attacher.UnmountDevice')
    const { files } = this.#parts
    const path = stagingPath(identity)
    if (driver.capabilities.has('STAGE_UNSTAGE_VOLUME')) {
      await driver.client.call('/csi.v1.Node/NodeUnstageVolume', { volumeId: identity.handle, stagingTargetPath: path }, callMs)
    }
    await removeIfThere(files, path)
    const directory = dataDirectory(identity)
    await removeIfThere(files, `${directory}/${volumeData}`)
    await removeIfThere(files, directory)
    if (identity.block) await removeIfThere(files, parentOf(directory))
  }

  async publish(volume: Volume, pod: Pod, readOnly: boolean): Promise<void> {
    const identity = identityOf(volume)
    const driver = this.#driver(identity, 'mounter.SetUpAt')
    const { files, api } = this.#parts
    const podUid = pod.metadata.uid
    const path = publishPath(identity, podUid)
    await files.makeDirectory(parentOf(path), 0o750)
    if (!identity.block) await this.#note(identity, csiVolumeDirectory(podUid, identity.name))
    const csiDriver = api.get<CsiDriver>('csidrivers.storage.k8s.io', identity.driver)
    await driver.client.call('/csi.v1.Node/NodePublishVolume', {
      volumeId: identity.handle,
      publishContext: this.#publishContext(volume),
      stagingTargetPath: driver.capabilities.has('STAGE_UNSTAGE_VOLUME') ? stagingPath(identity) : '',
      targetPath: path,
      volumeCapability: capabilityOf(volume, driver, pod),
      readonly: readOnly || volume.spec.csi?.readOnly === true,
      secrets: this.#secret(volume.spec.csi?.nodePublishSecretRef, 'NodePublishSecretRef'),
      volumeContext: { ...volume.spec.csi?.volumeAttributes, ...(csiDriver?.spec.podInfoOnMount === true ? podInfo(pod) : {}) },
    }, callMs)
    if (identity.block) return this.#linkDevice(identity, podUid)
    const group = groupToApply(pod, volume, csiDriver, driver.capabilities.has('VOLUME_MOUNT_GROUP'), readOnly)
    if (group !== undefined) await applyGroup(files, path, group, readOnly, pod.spec.securityContext?.fsGroupChangePolicy)
  }

  async #linkDevice(identity: VolumeIdentity, podUid: string): Promise<void> {
    const link = podDevice(podUid, identity.name)
    await this.#parts.files.makeDirectory(parentOf(link))
    if ((await this.#parts.files.stat(link)) === undefined) await this.#parts.files.symlink(publishPath(identity, podUid), link)
  }

  async unpublish(identity: VolumeIdentity, podUid: string): Promise<void> {
    const driver = this.#driver(identity, 'Unmounter.TearDownAt')
    const { files } = this.#parts
    const path = publishPath(identity, podUid)
    await driver.client.call('/csi.v1.Node/NodeUnpublishVolume', { volumeId: identity.handle, targetPath: path }, callMs)
    await removeIfThere(files, path)
    if (identity.block) return removeIfThere(files, podDevice(podUid, identity.name))
    await removeIfThere(files, `${csiVolumeDirectory(podUid, identity.name)}/${volumeData}`)
    await removeIfThere(files, csiVolumeDirectory(podUid, identity.name))
  }

  /** The new size in bytes, 0 when the driver does not say; undefined when it expands nothing on nodes. */
  async expand(volume: Volume, pod: Pod): Promise<number | undefined> {
    const identity = identityOf(volume)
    const driver = this.#driver(identity, 'Expander.NodeExpand')
    if (!driver.capabilities.has('EXPAND_VOLUME')) return undefined
    const { capacityBytes } = await driver.client.call('/csi.v1.Node/NodeExpandVolume', {
      volumeId: identity.handle,
      volumePath: publishPath(identity, pod.metadata.uid),
      stagingTargetPath: driver.capabilities.has('STAGE_UNSTAGE_VOLUME') ? stagingPath(identity) : '',
      capacityRange: { requiredBytes: sizeOf(volume).toNumber(), limitBytes: 0 },
      volumeCapability: capabilityOf(volume, driver, pod),
      secrets: this.#secret(volume.spec.csi?.nodeExpandSecretRef, 'NodeExpandSecretRef'),
    }, callMs)
    return capacityBytes
  }

  /** Throws in the words of kubelet when the driver is not registered here. */
  #driver({ driver }: VolumeIdentity, what: string): RegisteredDriver {
    const found = this.#parts.driver(driver)
    if (found === undefined) throw new Error(`kubernetes.io/csi: ${what} failed to create newCsiDriverClient: driver name ${driver} not found in the list of registered CSI drivers`)
    return found
  }

  #publishContext(volume: Volume): Readonly<Record<string, string>> {
    const { api, node } = this.#parts
    if (!needsAttachment(api.get<CsiDriver>('csidrivers.storage.k8s.io', volume.spec.csi?.driver ?? ''))) return {}
    const attachment = api.get<Attachment>('volumeattachments.storage.k8s.io', attachmentName(volume, node))
    if (attachment === undefined) throw new Error(`volume ${volume.spec.csi?.volumeHandle} has GET error for volume attachment ${attachmentName(volume, node)}: volumeattachments.storage.k8s.io "${attachmentName(volume, node)}" not found`)
    return attachment.status?.attachmentMetadata ?? {}
  }

  #secret(reference: { readonly name?: string; readonly namespace?: string } | undefined, what: string): Record<string, string> {
    if (reference === undefined) return {}
    const secret = this.#parts.api.get<Secret>('secrets', reference.name ?? '', reference.namespace)
    if (secret === undefined) throw new Error(`fetching ${what} ${reference.namespace}/${reference.name} failed: kubernetes.io/csi: failed to find the secret ${reference.name} in the namespace ${reference.namespace} with error: secrets "${reference.name}" not found`)
    return decodeSecret(secret)
  }

  /** What a restarted kubelet reads to know whose mount it found. */
  async #note(identity: VolumeIdentity, directory: string): Promise<void> {
    const data = { driverName: identity.driver, nodeName: this.#parts.node, specVolID: identity.name, volumeHandle: identity.handle, volumeLifecycleMode: 'Persistent' }
    await this.#parts.files.makeDirectory(directory, 0o750)
    await this.#parts.files.writeAtomic(`${directory}/${volumeData}`, JSON.stringify(data))
  }
}

export function stagingPath({ block, name, driver, handle }: VolumeIdentity): string {
  return block ? blockStaging(name) : globalMount(driver, handle)
}

function dataDirectory({ block, name, driver, handle }: VolumeIdentity): string {
  return block ? blockData(name) : deviceDirectory(driver, handle)
}

export function publishPath({ block, name }: VolumeIdentity, podUid: string): string {
  return block ? blockPublish(name, podUid) : targetPath(podUid, name)
}

function capabilityOf(volume: Volume, driver: RegisteredDriver, pod: Pod): VolumeCapability {
  const group = pod.spec.securityContext?.fsGroup
  return csiCapability({
    block: volumeModeOf(volume) === 'Block',
    fsType: volume.spec.csi?.fsType ?? '',
    mountOptions: volume.spec.mountOptions ?? [],
    mode: csiAccessMode(volume.spec.accessModes ?? [], driver.capabilities.has('SINGLE_NODE_MULTI_WRITER')),
    ...(group !== undefined && driver.capabilities.has('VOLUME_MOUNT_GROUP') ? { mountGroup: String(group) } : {}),
  })
}

function podInfo(pod: Pod): Record<string, string> {
  return {
    'csi.storage.k8s.io/pod.name': pod.metadata.name,
    'csi.storage.k8s.io/pod.namespace': pod.metadata.namespace ?? '',
    'csi.storage.k8s.io/pod.uid': pod.metadata.uid,
    'csi.storage.k8s.io/serviceAccount.name': pod.spec.serviceAccountName ?? 'default',
    'csi.storage.k8s.io/ephemeral': 'false',
  }
}

/** A file, a link or an empty directory. What is not empty stays, as rmdir would leave it. */
export async function removeIfThere(files: Files, path: string): Promise<void> {
  try {
    const stat = await files.stat(path)
    if (stat === undefined) return
    await (stat.kind === 'directory' ? files.removeDirectory(path) : files.removeFile(path))
  } catch (error) {
    if (!(error instanceof FileFailure) || error.code !== 'ENOENT') throw error
  }
}

