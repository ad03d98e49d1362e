import { Size } from '@stowage/core'
import type { KubernetesClient, ObjectRef } from '@stowage/kubernetes'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1'
import type { CSINode, StorageClass } from 'kubernetes-types/storage/v1'
import type { Looked, Step } from '../steps/step.ts'
import { claimName, claimOf, moverOf, readerOf, trialLabel, wrongInLog, writerOf } from './manifests.ts'
import type { Trial } from './manifests.ts'
import { otherNodes } from './other-nodes.ts'
import { Watching } from './watching.ts'

const always = async (): Promise<Looked> => ({ state: 'needed', message: '' })

/** The stages of one class's trial. Each leaves what the next one needs; `cleanUp` takes all of it away, wherever it stopped. */
export class ClassTrial {
  readonly trial: Trial
  readonly #client: KubernetesClient
  readonly #storageClass: StorageClass
  readonly #watching: Watching
  readonly #claimRef: ObjectRef
  /** Pods that were asked for. */
  readonly #pods = new Set<string>()
  #claimed = false
  #volume: PersistentVolume | undefined

  constructor(client: KubernetesClient, storageClass: StorageClass, trial: Trial, waitMs: number) {
    this.#client = client
    this.#storageClass = storageClass
    this.trial = trial
    this.#watching = new Watching(client, trial.namespace, claimName(trial), waitMs)
    this.#claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: trial.namespace, name: claimName(trial) }
  }

  steps(): readonly Step[] {
    const { className } = this.trial
    const step = (stage: string, title: string, change: (signal: AbortSignal) => Promise<string>, look: Step['look'] = always): Step => ({ id: `verify:${className}:${stage}`, title: `${className}: ${title}`, look, change, undo: `kubectl delete pod,pvc -n ${this.trial.namespace} -l ${trialLabel}=${this.trial.id}` })
    return [
      step('claim', 'a claim is made', (signal) => this.#claim(signal)),
      step('write', 'a pod writes and reads back', (signal) => this.#write(signal)),
      step('bound', 'the claim is bound to a volume of the class', (signal) => this.#bound(signal)),
      step('read', 'another pod reads the same', (signal) => this.#read(signal)),
      step('expand', 'the volume grows while mounted', (signal) => this.#expand(signal), async () => this.#whetherToExpand()),
      step('move', 'a pod on another node reads the same', (signal) => this.#move(signal), (signal) => this.#whetherToMove(signal)),
    ]
  }

  async #claim(signal: AbortSignal): Promise<string> {
    this.#claimed = true
    await this.#client.create(claimOf(this.trial), { signal })
    return `${this.trial.namespace}/${claimName(this.trial)}, ${this.trial.size.toString()}`
  }

  async #write(signal: AbortSignal): Promise<string> {
    const pod = await this.#run(writerOf(this.trial), 'Succeeded', signal)
    await this.#removePod(pod.metadata?.name ?? '', signal)
    return `on node ${pod.spec?.nodeName}`
  }

  async #bound(signal: AbortSignal): Promise<string> {
    const name = await this.#watching.until<PersistentVolumeClaim, string>(this.#claimRef, 'is not bound', signal, (claim) => (claim?.status?.phase === 'Bound' ? claim.spec?.volumeName : undefined))
    const volume = await this.#client.get<PersistentVolume>({ apiVersion: 'v1', kind: 'PersistentVolume', name }, { signal })
    this.#volume = volume
    return volume.spec?.csi?.volumeHandle ?? name
  }

  async #read(signal: AbortSignal): Promise<string> {
    const pod = await this.#run(readerOf(this.trial), 'Running', signal)
    return `on node ${pod.spec?.nodeName}`
  }

  #whetherToExpand(): Looked {
    if (this.#storageClass.allowVolumeExpansion === true) return { state: 'needed', message: '' }
    return { state: 'done', message: 'not tried: the class does not allow expansion' }
  }

  async #expand(signal: AbortSignal): Promise<string> {
    const wanted = this.trial.size.plus(Size.gib(1))
    await this.#client.patch(this.#claimRef, { type: 'merge', body: { spec: { resources: { requests: { storage: wanted.toString() } } } } }, { signal })
    const capacity = await this.#watching.until<PersistentVolumeClaim, string>(this.#claimRef, `has not grown to ${wanted.toString()}`, signal, (claim) => {
      const now = claim?.status?.capacity?.['storage']
      return now !== undefined && Size.parse(now).compare(wanted) >= 0 ? now : undefined
    })
    return `${this.trial.size.toString()} → ${capacity}`
  }

  async #whetherToMove(signal: AbortSignal): Promise<Looked> {
    const [nodes, csiNodes, reader] = await Promise.all([
      this.#client.list<Node>({ apiVersion: 'v1', kind: 'Node' }, {}, { signal }),
      this.#client.list<CSINode>({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode' }, {}, { signal }),
      this.#client.get<Pod>(this.#podRef(readerOf(this.trial)), { signal }),
    ])
    const others = this.#volume === undefined ? [] : otherNodes(this.#volume, reader.spec?.nodeName ?? '', nodes.items, csiNodes.items)
    if (others.length > 0) return { state: 'needed', message: `away from ${reader.spec?.nodeName}` }
    return { state: 'done', message: `not tried: no other node in the volume's topology can take it` }
  }

  async #move(signal: AbortSignal): Promise<string> {
    const ref = this.#podRef(readerOf(this.trial))
    const from = (await this.#client.get<Pod>(ref, { signal })).spec?.nodeName ?? ''
    await this.#removePod(ref.name, signal)
    const pod = await this.#run(moverOf(this.trial, from), 'Succeeded', signal)
    return `${from} → ${pod.spec?.nodeName}`
  }

  /** Starts a pod, waits for it, and compares what it read with what was written. */
  async #run(pod: Pod, wanted: 'Succeeded' | 'Running', signal: AbortSignal): Promise<Pod> {
    const { name } = this.#podRef(pod)
    this.#pods.add(name)
    await this.#client.create(pod, { signal })
    const seen = await this.#watching.pod(name, wanted, signal)
    await this.#watching.log(name, (log) => wrongInLog(this.trial, log), signal)
    return seen
  }

  async #removePod(name: string, signal: AbortSignal): Promise<void> {
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: this.trial.namespace, name }
    if ((await this.#client.find(ref, { signal })) !== undefined) {
      await this.#client.remove(ref, { signal })
      await this.#watching.until(ref, 'is still being deleted', signal, (pod) => (pod === undefined ? true : undefined))
    }
    this.#pods.delete(name)
  }

  /**
   * Deletes the pods, the claim and the disk. A class with Retain keeps the disks of deleted claims, which is right for
   * everyone's data and wrong for a trial's: so the trial's own volume, and no other, is set to Delete first.
   */
  async cleanUp(signal: AbortSignal): Promise<string> {
    for (const name of this.#pods) await this.#removePod(name, signal)
    if (!this.#claimed) return 'nothing was made'
    const claim = await this.#client.find<PersistentVolumeClaim>(this.#claimRef, { signal })
    const volumeName = claim?.spec?.volumeName ?? this.#volume?.metadata?.name
    if (volumeName !== undefined) await this.#deleteWithClaim({ apiVersion: 'v1', kind: 'PersistentVolume', name: volumeName }, claim, signal)
    if (claim !== undefined) await this.#client.remove(this.#claimRef, { signal })
    await this.#watching.until(this.#claimRef, 'is still being deleted', signal, (seen) => (seen === undefined ? true : undefined))
    this.#claimed = false
    if (volumeName === undefined) return 'the claim is gone'
    await this.#watching.until({ apiVersion: 'v1', kind: 'PersistentVolume', name: volumeName }, 'is still there', signal, (seen) => (seen === undefined ? true : undefined))
    this.#volume = undefined
    return 'pods, claim and disk are gone'
  }

  async #deleteWithClaim(ref: ObjectRef, claim: PersistentVolumeClaim | undefined, signal: AbortSignal): Promise<void> {
    const volume = await this.#client.find<PersistentVolume>(ref, { signal })
    this.#volume = volume
    if (volume === undefined || volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return
    if (claim?.metadata?.uid === undefined || volume.spec?.claimRef?.uid !== claim.metadata.uid) return
    await this.#client.patch(ref, { type: 'merge', body: { spec: { persistentVolumeReclaimPolicy: 'Delete' } } }, { signal })
  }

  /** What is still there, by name, as far as this trial made it. */
  left(): readonly string[] {
    const pods = [...this.#pods].map((name) => `Pod ${this.trial.namespace}/${name}`)
    const claim = this.#claimed ? [`PersistentVolumeClaim ${this.trial.namespace}/${claimName(this.trial)}`] : []
    const volume = this.#volume === undefined ? [] : [`PersistentVolume ${this.#volume.metadata?.name} (${this.#volume.spec?.csi?.volumeHandle ?? 'no CSI handle'})`]
    return [...pods, ...claim, ...volume]
  }

  /** How a person deletes what is left, the disk of a class with Retain included; '' when nothing is. */
  cleanUpCommand(): string {
    if (this.left().length === 0) return ''
    const { metadata, spec } = this.#volume ?? {}
    const keeps = metadata?.name !== undefined && spec?.persistentVolumeReclaimPolicy !== 'Delete'
    const release = keeps ? `kubectl patch pv ${metadata.name} -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}' && ` : ''
    return `${release}kubectl delete pod,pvc -n ${this.trial.namespace} -l ${trialLabel}=${this.trial.id}`
  }

  #podRef(pod: Pod): ObjectRef {
    return { apiVersion: 'v1', kind: 'Pod', namespace: this.trial.namespace, name: pod.metadata?.name ?? '' }
  }
}
