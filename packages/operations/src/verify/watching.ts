import { StorageError } from '@stowage/core'
import { describeRef, waitFor } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject, ObjectRef } from '@stowage/kubernetes'
import type { Pod } from 'kubernetes-types/core/v1'
import { warningsAbout, withinTime } from '../apply/wait-ready.ts'
import { podTroubles } from '../apply/pod-troubles.ts'

/** Waiting for the objects of a trial, with what the cluster says when a wait is in vain. */
export class Watching {
  readonly #client: KubernetesClient
  readonly #namespace: string
  readonly #claim: string
  readonly #waitMs: number

  constructor(client: KubernetesClient, namespace: string, claim: string, waitMs: number) {
    this.#client = client
    this.#namespace = namespace
    this.#claim = claim
    this.#waitMs = waitMs
  }

  /** Waits until `accept` gives a value. Throws `unavailable` with the warnings about the object and the claim. */
  until<T extends KubernetesObject, R>(ref: ObjectRef, what: string, signal: AbortSignal, accept: (object: T | undefined) => R | undefined): Promise<R> {
    return withinTime(
      this.#client,
      this.#waitMs,
      signal,
      (deadline) => waitFor<T, R>(this.#client, ref, deadline, accept),
      async () => [`${describeRef(ref)} ${what} for ${Math.round(this.#waitMs / 1000)} s`, ...(await this.#said(ref))].join('; '),
    )
  }

  /** Waits until a pod has ended or, with `running`, at least runs. Throws `internal` when it failed. */
  async pod(name: string, wanted: 'Succeeded' | 'Running', signal: AbortSignal): Promise<Pod> {
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: this.#namespace, name }
    const phases = wanted === 'Running' ? ['Running', 'Succeeded', 'Failed'] : ['Succeeded', 'Failed']
    const pod = await this.until<Pod, Pod>(ref, `has not ${wanted === 'Running' ? 'started' : 'ended'}`, signal, (seen) => (phases.includes(seen?.status?.phase ?? '') ? seen : undefined))
    if (pod.status?.phase !== 'Failed') return pod
    const log = await this.#client.logs({ namespace: this.#namespace, name }).catch(() => '')
    const ended = pod.status.containerStatuses?.[0]?.state?.terminated
    throw new StorageError('internal', `pod ${name} failed with exit code ${ended?.exitCode ?? 'unknown'}: ${[ended?.message ?? '', log.trim()].filter((text) => text !== '').join('; ') || (pod.status.message ?? 'it said nothing')}`)
  }

  /** A running pod's log, read again until `accept` is content with it. */
  async log(name: string, accept: (log: string) => string | undefined, signal: AbortSignal): Promise<void> {
    for (let waited = 0; ; waited += 500) {
      const wrong = accept(await this.#client.logs({ namespace: this.#namespace, name }, { signal }))
      if (wrong === undefined) return
      if (waited >= Math.min(this.#waitMs, 15_000)) throw new StorageError('internal', `what was written is not what is read: ${wrong}`)
      await this.#client.clock.sleep(500, signal)
    }
  }

  async #said(ref: ObjectRef): Promise<readonly string[]> {
    try {
      const pod = ref.kind === 'Pod' ? await this.#client.find<Pod>(ref) : undefined
      return [...(pod === undefined ? [] : podTroubles([pod])), ...(await warningsAbout(this.#client, this.#namespace, new Set([ref.name, this.#claim])))]
    } catch {
      // The failure that is being explained must not be hidden by another.
      return []
    }
  }
}
