/** csi-provisioner 6.3.0: claims become volumes, and released volumes go as their policy says. */
import type { Volume as CsiVolume } from '@stowage/wire/csi'
import { ApiStatusError } from '../api/api.ts'
import { Informer } from '../controllers/informer.ts'
import type { Attachment, Claim, CsiNode, Node, Secret, StorageClass, Volume } from '../controllers/objects.ts'
import { annotationOf, isDeleted, keyOf, splitKey } from '../controllers/objects.ts'
import { provisionedBy, betaStorageProvisioner, selectedNode, storageProvisioner } from '../controllers/volumes/annotations.ts'
import { classNameOf, requestedSize, waitsForConsumer } from '../controllers/volumes/match-volume.ts'
import { change, hasFinalizer, remove, removeFinalizer, withAnnotations } from '../controllers/write.ts'
import { attachmentsByVolume } from './attacher.ts'
import { publishCapacity } from './capacity.ts'
import { CsiFailure, mayBeGoingOn } from './csi-client.ts'
import { nodeDeployment } from './node-deployment.ts'
import type { NodeDeployment } from './node-deployment.ts'
import { createVolumeRequest, deletionSecretName, deletionSecretNamespace, provisionerFinalizer, volumeFor } from './provision-request.ts'
import type { ProvisionFacts } from './provision-request.ts'
import { decodeSecret } from './secrets.ts'
import type { Sidecar, SidecarKind } from './sidecar.ts'
import { NodeGone, accessibilityRequirements, isAccessibleFrom } from './topology.ts'

const invalidArgument = 3
const resourceExhausted = 8

/** What a failed attempt leaves: may the volume be coming, is it over, or should another node be chosen. */
type Outcome = 'no-change' | 'in-background' | 'finished' | 'reschedule'

class ProvisionFailure extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome, message: string, cause?: unknown) {
    super(message, { cause })
    this.outcome = outcome
  }
}

export const provisionerKind: SidecarKind = {
  name: 'csi-provisioner',
  defaultTimeoutMs: 10_000,
  defaultWorkers: 100,
  flags: {
    'volume-name-prefix': 'text', 'volume-name-uuid-length': 'count', 'strict-topology': 'boolean', 'immediate-topology': 'boolean', 'extra-create-metadata': 'boolean',
    'enable-capacity': 'boolean', 'capacity-for-immediate-binding': 'boolean', 'capacity-poll-interval': 'duration', 'capacity-ownerref-level': 'count', 'capacity-threads': 'count',
    'node-deployment': 'boolean', 'node-deployment-immediate-binding': 'boolean', 'node-deployment-base-delay': 'duration', 'node-deployment-max-delay': 'duration',
    'controller-publish-readonly': 'boolean', 'prevent-volume-mode-conversion': 'boolean', 'cloning-protection-threads': 'count', 'kube-api-capacity-qps': 'count', 'kube-api-capacity-burst': 'count',
    'enable-pprof': 'boolean', 'snapshot-orphan-sweep-interval': 'duration',
  },
  start: async (sidecar) => {
    const { driver } = sidecar
    if (!driver.plugin.has('CONTROLLER_SERVICE')) throw new Error('CSI driver does not support dynamic provisioning: plugin CONTROLLER_SERVICE capability is not reported')
    if (!driver.controller.has('CREATE_DELETE_VOLUME')) throw new Error('CSI driver does not support dynamic provisioning: controller CREATE_DELETE_VOLUME capability is not reported')
    new Provisioner(sidecar, await nodeDeployment(sidecar)).run()
  },
}

class Provisioner {
  readonly #sidecar: Sidecar
  readonly #nodeDeployment: NodeDeployment | undefined
  /** Claims whose CreateVolume may still be going on: asked again even if the claim would not ask any more. */
  readonly #inProgress = new Map<string, Claim>()
  /** When a claim was refused for good: it is asked again only `--retry-interval-max` later. */
  readonly #infeasibleAt = new Map<string, number>()
  readonly #attachments: Informer<Attachment>
  #refreshCapacity = (): void => {}

  constructor(sidecar: Sidecar, deployment: NodeDeployment | undefined) {
    this.#sidecar = sidecar
    this.#attachments = attachmentsByVolume(sidecar.api)
    this.#nodeDeployment = deployment
  }

  get #hasTopology(): boolean {
    return this.#sidecar.driver.plugin.has('VOLUME_ACCESSIBILITY_CONSTRAINTS') && (this.#sidecar.flags.text('feature-gates') ?? '').toLowerCase().includes('topology=false') === false
  }

  run(): void {
    const { api, queue, onEnd, flags } = this.#sidecar
    const claimQueue = queue('claims', (key) => this.#syncClaim(key))
    const volumeQueue = queue('volumes', (key) => this.#syncVolume(key))
    const claims = new Informer<Claim>(api, 'persistentvolumeclaims')
    const volumes = new Informer<Volume>(api, 'persistentvolumes')
    onEnd(() => [claims, volumes, this.#attachments].forEach((each) => each.stop()))
    claims.onChange(({ type, object }) => {
      if ((type !== 'DELETED' && this.#asksFor(object)) || this.#inProgress.has(object.metadata.uid)) claimQueue.add(keyOf(object))
    })
    volumes.onChange(({ type, object }) => {
      if (type !== 'DELETED' && this.#shouldDelete(object)) volumeQueue.add(keyOf(object))
    })
    if (flags.on('enable-capacity', false)) this.#refreshCapacity = publishCapacity(this.#sidecar, this.#nodeDeployment?.segment)
  }

  #asksFor(claim: Claim): boolean {
    const named = annotationOf(claim, storageProvisioner) ?? annotationOf(claim, betaStorageProvisioner)
    return named === this.#sidecar.driver.driver && (claim.spec.volumeName ?? '') === '' && !isDeleted(claim)
  }

  async #syncClaim(key: string): Promise<void> {
    const { name, namespace } = splitKey(key)
    const current = this.#sidecar.api.get<Claim>('persistentvolumeclaims', name, namespace)
    const unfinished = [...this.#inProgress.values()].find((claim) => keyOf(claim) === key)
    const claim = current !== undefined && this.#asksFor(current) ? current : unfinished
    if (claim === undefined) return
    const refusedAt = this.#infeasibleAt.get(claim.metadata.uid)
    const slowMs = this.#sidecar.flags.duration('retry-interval-max', 300_000)
    if (refusedAt !== undefined && this.#sidecar.clock.monotonic() - refusedAt < slowMs) throw new Error(`claim ${key} was refused as infeasible; it is asked again ${slowMs / 1000} s after that`)
    const storageClass = this.#sidecar.api.get<StorageClass>('storageclasses.storage.k8s.io', classNameOf(claim))
    const node = annotationOf(claim, selectedNode)
    if (claim !== unfinished && waitsForConsumer(storageClass) && (node ?? '') === '') return
    if (storageClass === undefined) throw new Error(`storageClass "${classNameOf(claim)}" not found`)
    if (storageClass.provisioner !== this.#sidecar.driver.driver) return
    if (this.#nodeDeployment !== undefined && !(await this.#nodeDeployment.owns(claim, storageClass))) return
    await this.#provision(claim, storageClass)
  }

  async #provision(claim: Claim, storageClass: StorageClass): Promise<void> {
    const { api, driver } = this.#sidecar
    const volumeName = this.#volumeName(claim)
    if (api.get<Volume>('persistentvolumes', volumeName) !== undefined) return void this.#inProgress.delete(claim.metadata.uid)
    api.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${keyOf(claim)}"`)
    try {
      const facts = this.#factsFor(claim, storageClass, volumeName)
      const made = await this.#create(facts)
      this.#save(facts, made, `${this.#sidecar.context.pod}-${driver.driver}`)
      this.#inProgress.delete(claim.metadata.uid)
      api.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`)
    } catch (error) {
      this.#handle(claim, error)
    } finally {
      this.#refreshCapacity()
    }
  }

  #volumeName(claim: Claim): string {
    const length = this.#sidecar.flags.count('volume-name-uuid-length', -1)
    const uid = length < 0 ? claim.metadata.uid : claim.metadata.uid.replaceAll('-', '').slice(0, length)
    return `${this.#sidecar.flags.text('volume-name-prefix') ?? 'pvc'}-${uid}`
  }

  #factsFor(claim: Claim, storageClass: StorageClass, volumeName: string): ProvisionFacts {
    const { api, driver, flags } = this.#sidecar
    try {
      const topology = this.#hasTopology ? this.#topologyFor(claim, storageClass) : undefined
      return {
        api, claim, storageClass, volumeName, topology,
        driver: driver.driver,
        defaultFsType: flags.text('default-fstype') ?? '',
        extraMetadata: flags.on('extra-create-metadata', false),
        singleNodeMultiWriter: driver.controller.has('SINGLE_NODE_MULTI_WRITER'),
      }
    } catch (error) {
      throw new ProvisionFailure(error instanceof NodeGone ? 'reschedule' : 'no-change', textOf(error), error)
    }
  }

  #topologyFor(claim: Claim, storageClass: StorageClass): ReturnType<typeof accessibilityRequirements> {
    const { api, flags, driver } = this.#sidecar
    return accessibilityRequirements({
      driver: driver.driver,
      claimName: claim.metadata.name,
      allowed: storageClass.allowedTopologies,
      selectedNode: annotationOf(claim, selectedNode),
      strict: flags.on('strict-topology', false),
      immediate: flags.on('immediate-topology', true),
      csiNode: (name) => api.get<CsiNode>('csinodes.storage.k8s.io', name),
      node: (name) => api.get<Node>('nodes', name),
      allCsiNodes: () => api.list<CsiNode>('csinodes.storage.k8s.io'),
    })
  }

  async #create(facts: ProvisionFacts): Promise<CsiVolume> {
    const { client, timeoutMs } = this.#sidecar
    const request = (() => {
      try {
        return createVolumeRequest(facts)
      } catch (error) {
        throw new ProvisionFailure('no-change', textOf(error), error)
      }
    })()
    const { volume } = await client.call('/csi.v1.Controller/CreateVolume', request, timeoutMs)
    if (volume === undefined) throw new ProvisionFailure('finished', 'CreateVolume answered without a volume')
    const wanted = requestedSize(facts.claim).toNumber()
    if (volume.capacityBytes === 0 || volume.capacityBytes >= wanted) return volume
    await client.call('/csi.v1.Controller/DeleteVolume', { volumeId: volume.volumeId, secrets: request.secrets }, timeoutMs)
    throw new ProvisionFailure('in-background', `created volume capacity ${volume.capacityBytes} less than requested capacity ${wanted}`)
  }

  #save(facts: ProvisionFacts, made: CsiVolume, identity: string): void {
    try {
      this.#sidecar.api.create('persistentvolumes', volumeFor(facts, made, identity, this.#hasTopology))
    } catch (error) {
      if (!(error instanceof ApiStatusError) || error.reason !== 'AlreadyExists') throw error
    }
  }

  #handle(claim: Claim, error: unknown): void {
    const { api, clock } = this.#sidecar
    const mayReschedule = this.#hasTopology && annotationOf(claim, selectedNode) !== undefined
    const outcome = outcomeOf(error, mayReschedule)
    if (outcome === 'in-background') this.#inProgress.set(claim.metadata.uid, claim)
    else if (outcome !== 'no-change') this.#inProgress.delete(claim.metadata.uid)
    if (error instanceof CsiFailure && error.code === invalidArgument) {
      this.#infeasibleAt.set(claim.metadata.uid, clock.monotonic())
      api.event(claim, 'Warning', 'ProvisioningFailed', `Volume provisioning failed with infeasible error. Retries will be delayed. ${textOf(error)}`)
      throw error
    }
    api.event(claim, 'Warning', 'ProvisioningFailed', textOf(error))
    if (outcome !== 'reschedule') throw error
    change<Claim>(api, 'persistentvolumeclaims', claim, (current) => withAnnotations(current, { [selectedNode]: undefined }))
  }

  #shouldDelete(volume: Volume): boolean {
    if (annotationOf(volume, provisionedBy) !== this.#sidecar.driver.driver || volume.spec.csi === undefined) return false
    if (isDeleted(volume) && !hasFinalizer(volume, provisionerFinalizer)) return false
    const segment = this.#nodeDeployment?.segment
    if (segment !== undefined && !isAccessibleFrom(volume.spec.nodeAffinity?.required, segment)) return false
    return volume.status?.phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete'
  }

  async #syncVolume(key: string): Promise<void> {
    const { api, client, timeoutMs } = this.#sidecar
    const volume = api.get<Volume>('persistentvolumes', key)
    if (volume === undefined || !this.#shouldDelete(volume)) return
    try {
      const attachment = this.#attachments.by('volume', key)[0]
      if (attachment !== undefined) throw new Error(`persistentvolume ${key} is still attached to node ${attachment.spec.nodeName}`)
      await client.call('/csi.v1.Controller/DeleteVolume', { volumeId: volume.spec.csi?.volumeHandle ?? '', secrets: this.#deletionSecrets(volume) }, timeoutMs)
    } catch (error) {
      api.event(volume, 'Warning', 'VolumeFailedDelete', textOf(error))
      throw error
    }
    remove(api, 'persistentvolumes', volume)
    removeFinalizer(api, 'persistentvolumes', volume, provisionerFinalizer)
    this.#refreshCapacity()
  }

  /** A secret that is gone does not keep the volume. */
  #deletionSecrets(volume: Volume): Record<string, string> {
    const name = annotationOf(volume, deletionSecretName) ?? ''
    const secret = name === '' ? undefined : this.#sidecar.api.get<Secret>('secrets', name, annotationOf(volume, deletionSecretNamespace))
    return secret === undefined ? {} : decodeSecret(secret)
  }
}

function outcomeOf(error: unknown, mayReschedule: boolean): Outcome {
  if (error instanceof ProvisionFailure) return error.outcome
  if (error instanceof CsiFailure && error.code === resourceExhausted) return mayReschedule ? 'reschedule' : 'finished'
  return mayBeGoingOn(error) ? 'in-background' : 'finished'
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
