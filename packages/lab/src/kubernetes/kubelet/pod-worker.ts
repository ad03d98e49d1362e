/** One pod on one node, from its first volume to its last: kubelet's pod worker. Each call is one step; whoever changes something calls again. */
import type { Clock, Files } from '@stowage/effects'
import { FileFailure } from '@stowage/effects'
import type { Volume as PodVolume } from 'kubernetes-types/core/v1'
import type { Api } from '../api/api.ts'
import type { Claim, Pod, Volume } from '../controllers/objects.ts'
import { annotationOf, isDeleted, isPodOver } from '../controllers/objects.ts'
import { bindCompleted } from '../controllers/volumes/annotations.ts'
import { changeStatus, remove } from '../controllers/write.ts'
import { nextStep } from './container-steps.ts'
import type { ContainerStep } from './container-steps.ts'
import { ConfigError } from './environment.ts'
import { localPath, setUpLocal, sourceVersion } from './local-volumes.ts'
import { podDirectory } from './paths.ts'
import { startContainer } from './pod-containers.ts'
import { withServiceAccount } from './service-account.ts'
import { podStatus } from './pod-status.ts'
import type { ContainerRuntime } from './runtime.ts'
import type { VolumeManager } from './volume-manager.ts'

export interface PodWorkerParts {
  readonly api: Api
  readonly clock: Clock
  readonly files: Files
  readonly node: string
  readonly hostIp: string
  readonly runtime: ContainerRuntime
  readonly volumes: VolumeManager
  readonly nextPodIp: () => string
  /** Calls for a step of this pod, after a while. */
  readonly wakeAfter: (ms: number) => void
}

const defaultGraceSeconds = 30
/** configMaps and secrets are looked at again this often, when a pod waits for one. */
const volumeRetryMs = 1_000

export class PodWorker {
  readonly #parts: PodWorkerParts
  readonly #uid: string
  #pod: Pod
  #podIp: string | undefined
  /** Local volumes that are set up, by name; while one is missing it is tried at each step. */
  readonly #local = new Map<string, string>()
  /** Of the ConfigMaps and Secrets in them, as they were written. */
  readonly #sources = new Map<string, string>()
  readonly #waiting = new Map<string, { readonly reason: string; readonly message: string }>()
  #stopping = false
  #cleaned = false

  constructor(parts: PodWorkerParts, pod: Pod) {
    this.#parts = parts
    this.#pod = withServiceAccount(pod)
    this.#uid = pod.metadata.uid
    this.#podIp = pod.status?.podIP
  }

  /** True when nothing of the pod is left here and it may be forgotten. */
  async step(): Promise<boolean> {
    const { api } = this.#parts
    const current = api.get<Pod>('pods', this.#pod.metadata.name, this.#pod.metadata.namespace)
    const exists = current?.metadata.uid === this.#uid
    if (exists) this.#pod = withServiceAccount(current)
    if (!exists || isDeleted(this.#pod)) return this.#terminate(exists)
    if (isPodOver(this.#pod)) {
      await this.#cleanUp()
      return false
    }
    await this.#run()
    return false
  }

  async #run(): Promise<void> {
    const { runtime, clock } = this.#parts
    if (!(await this.#volumesReady())) return this.#report(this.#step())
    this.#podIp ??= this.#pod.spec.hostNetwork === true ? this.#parts.hostIp : this.#parts.nextPodIp()
    const step = this.#step()
    for (const { spec, isInit, attempt } of step.start) await this.#start(spec, isInit, attempt)
    for (const { name } of step.backingOff) {
      this.#parts.api.event(this.#pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${this.#pod.metadata.name}_${this.#pod.metadata.namespace}(${this.#uid})`)
    }
    const until = Math.min(...step.backingOff.map(({ untilMs }) => untilMs))
    if (Number.isFinite(until)) this.#parts.wakeAfter(Math.max(1, until - clock.now()))
    this.#report(this.#step())
    await this.#forgetOld(runtime)
  }

  #step(): ContainerStep {
    return nextStep(this.#pod, this.#parts.runtime.containers(this.#uid), this.#parts.clock.now())
  }

  async #start(spec: ContainerStep['start'][number]['spec'], isInit: boolean, attempt: number): Promise<void> {
    const { api, files, node, runtime } = this.#parts
    try {
      await startContainer({ ...this.#facts(), api, files, node, runtime, volumes: this.#paths() }, spec, isInit, attempt)
      this.#waiting.delete(spec.name)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      if (!this.#waiting.has(spec.name)) api.event(this.#pod, 'Warning', 'Failed', `Error: ${error.message}`)
      this.#waiting.set(spec.name, { reason: 'CreateContainerConfigError', message: error.message })
      this.#parts.wakeAfter(volumeRetryMs)
    }
  }

  #facts(): { api: Api; pod: Pod; podIp: string; hostIp: string } {
    return { api: this.#parts.api, pod: this.#pod, podIp: this.#podIp ?? '', hostIp: this.#parts.hostIp }
  }

  /** Kubelet keeps the last ended container of each name. */
  async #forgetOld(runtime: ContainerRuntime): Promise<void> {
    for (const { id, spec } of runtime.containers(this.#uid)) {
      const newer = runtime.containers(this.#uid).filter((each) => each.spec.name === spec.name && each.spec.attempt > spec.attempt)
      if (newer.length > 1) await runtime.remove(id)
    }
  }

  async #volumesReady(): Promise<boolean> {
    let ready = true
    for (const volume of this.#pod.spec.volumes ?? []) {
      const there = localPath(this.#pod, volume) === undefined ? this.#claimReady(volume) : await this.#localReady(volume)
      ready &&= there
    }
    return ready
  }

  /** Brings ConfigMaps and Secrets up to date in the files of a pod that runs, as each of kubelet's syncs does. */
  async refresh(): Promise<void> {
    if (isDeleted(this.#pod)) return
    for (const volume of this.#pod.spec.volumes ?? []) {
      const written = this.#sources.get(volume.name)
      const version = sourceVersion(this.#facts(), volume)
      if (written === undefined || version === undefined || written === version) continue
      this.#local.delete(volume.name)
      await this.#localReady(volume)
    }
  }

  async #localReady(volume: PodVolume): Promise<boolean> {
    if (this.#local.has(volume.name)) return true
    try {
      await setUpLocal(this.#facts(), this.#parts.files, volume)
      this.#local.set(volume.name, localPath(this.#pod, volume) ?? '')
      const version = sourceVersion(this.#facts(), volume)
      if (version !== undefined) this.#sources.set(volume.name, version)
      return true
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.#parts.api.event(this.#pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume.name}" : ${text}`)
      this.#parts.wakeAfter(volumeRetryMs)
      return false
    }
  }

  #claimReady(podVolume: PodVolume): boolean {
    const { api, volumes } = this.#parts
    const name = claimNameOf(this.#pod, podVolume)
    if (name === undefined) return this.#unsupported(podVolume.name)
    const claim = api.get<Claim>('persistentvolumeclaims', name, this.#pod.metadata.namespace)
    const bound = claim !== undefined && annotationOf(claim, bindCompleted) !== undefined && claim.status?.phase === 'Bound'
    const volume = bound ? api.get<Volume>('persistentvolumes', claim.spec.volumeName ?? '') : undefined
    if (claim === undefined || volume === undefined) {
      this.#parts.wakeAfter(volumeRetryMs)
      return false
    }
    if (volume.spec.csi === undefined) return this.#otherVolumeReady(podVolume, volume)
    volumes.want(this.#pod, volume, claim, podVolume.persistentVolumeClaim?.readOnly ?? false)
    return volumes.isMounted(this.#uid, volume.metadata.name)
  }

  /** A PersistentVolume of a hostPath or a local directory: nothing is mounted, the folder is used as it is. */
  #otherVolumeReady(podVolume: PodVolume, volume: Volume): boolean {
    const path = volume.spec.hostPath?.path ?? volume.spec.local?.path
    if (path !== undefined) {
      this.#local.set(podVolume.name, path)
      return true
    }
    return this.#unsupported(volume.metadata.name)
  }

  #unsupported(name: string): false {
    const what = 'the lab mounts persistent CSI, hostPath and local volumes, emptyDir, configMap, secret, downwardAPI and projected ones, and this is none of them'
    this.#parts.api.event(this.#pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${name}" : ${what}`)
    this.#parts.wakeAfter(60_000)
    return false
  }

  #paths(): ReadonlyMap<string, string> {
    const { api, volumes } = this.#parts
    const entries = (this.#pod.spec.volumes ?? []).flatMap((each): readonly (readonly [string, string])[] => {
      const local = this.#local.get(each.name)
      if (local !== undefined) return [[each.name, local]]
      const claimName = claimNameOf(this.#pod, each)
      const claim = claimName === undefined ? undefined : api.get<Claim>('persistentvolumeclaims', claimName, this.#pod.metadata.namespace)
      const path = volumes.pathOf(this.#uid, claim?.spec.volumeName ?? '')
      return path === undefined ? [] : [[each.name, path]]
    })
    return new Map(entries)
  }

  #report(step: ContainerStep): void {
    const { api, clock, hostIp, runtime } = this.#parts
    const facts = { containers: runtime.containers(this.#uid), step, nowMs: clock.now(), hostIp, podIp: this.#podIp, waiting: this.#waiting }
    const written = changeStatus<Pod>(api, 'pods', this.#pod, (current) => podStatus(current, facts))
    if (written !== undefined) this.#pod = withServiceAccount(written)
  }

  /** Containers, then volumes, then the object. */
  async #terminate(exists: boolean): Promise<boolean> {
    const { api, runtime } = this.#parts
    const running = runtime.containers(this.#uid).filter(({ exitCode }) => exitCode === undefined)
    if (running.length > 0) {
      this.#stop(running)
      return false
    }
    if (exists && !isPodOver(this.#pod)) this.#reportEnd()
    if (!(await this.#cleanUp())) return false
    if (exists) remove(api, 'pods', this.#pod, { gracePeriodSeconds: 0 })
    for (const { id } of runtime.containers(this.#uid)) await runtime.remove(id)
    return true
  }

  #stop(running: ReturnType<ContainerRuntime['containers']>): void {
    if (this.#stopping) return
    this.#stopping = true
    const seconds = this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds
    for (const { id, spec } of running) {
      this.#parts.api.event(this.#pod, 'Normal', 'Killing', `Stopping container ${spec.name}`)
      this.#parts.runtime.stop(id, seconds * 1000)
    }
  }

  /** The statuses say that nothing runs, so the controllers may go on. */
  #reportEnd(): void {
    const step = nextStep({ ...this.#pod, spec: { ...this.#pod.spec, restartPolicy: 'Never' } }, this.#parts.runtime.containers(this.#uid), this.#parts.clock.now())
    const started = this.#parts.runtime.containers(this.#uid).length > 0
    this.#report({ ...step, start: [], backingOff: [], over: started ? (step.over ?? 'Failed') : undefined })
  }

  /** True when all volumes are gone and the pod's folder too. */
  async #cleanUp(): Promise<boolean> {
    const { files, volumes } = this.#parts
    if (this.#cleaned) return true
    volumes.release(this.#uid)
    if (!volumes.isFree(this.#uid)) return false
    try {
      await files.removeTree(podDirectory(this.#uid))
    } catch (error) {
      if (!(error instanceof FileFailure) || error.code !== 'ENOENT') throw error
    }
    this.#local.clear()
    this.#cleaned = true
    return true
  }
}

function claimNameOf(pod: Pod, volume: PodVolume): string | undefined {
  return volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`)
}
