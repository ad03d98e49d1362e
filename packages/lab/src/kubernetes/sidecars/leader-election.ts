/** client-go's leader election on a Lease: who holds it works, and who loses it ends. */
import type { Log } from '@stowage/core'
import type { Clock } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import { ApiStatusError } from '../api/api.ts'
import type { Lease } from '../controllers/objects.ts'
import { microTimestamp } from '../controllers/write.ts'
import type { ContainerContext } from '../kubelet/container.ts'
import { isKilled } from '../kubelet/container-life.ts'
import type { Flags } from './flags.ts'

export interface ElectionParts {
  readonly context: ContainerContext
  readonly api: Api
  readonly clock: Clock
  readonly log: Log
  onEnd(run: () => void): void
}

/** Resolves when the lease is ours; renews it until the end, and gives it back then. */
export async function holdLease(parts: ElectionParts, name: string, flags: Flags): Promise<void> {
  const { context, api, clock, onEnd } = parts
  const namespace = flags.text('leader-election-namespace') ?? context.namespace
  const durationMs = flags.duration('leader-election-lease-duration', 15_000)
  const retryMs = flags.duration('leader-election-retry-period', 5_000)
  let seen: { readonly renewTime: string | undefined; readonly at: number } | undefined
  const attempt = (): boolean => {
    const lease = api.get<Lease>('leases.coordination.k8s.io', name, namespace)
    const spec = { holderIdentity: context.pod, leaseDurationSeconds: Math.round(durationMs / 1000), renewTime: microTimestamp(clock) }
    if (seen === undefined || lease?.spec?.renewTime !== seen.renewTime) seen = { renewTime: lease?.spec?.renewTime, at: clock.monotonic() }
    const holder = lease?.spec?.holderIdentity ?? ''
    if (lease !== undefined && holder !== '' && holder !== context.pod && clock.monotonic() - seen.at < durationMs) return false
    try {
      if (lease === undefined) api.create('leases.coordination.k8s.io', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, ...{ spec } })
      else api.update('leases.coordination.k8s.io', { ...lease, ...{ spec: { ...lease.spec, ...spec } } })
      return true
    } catch (error) {
      if (error instanceof ApiStatusError) return false
      throw error
    }
  }
  while (!attempt()) await clock.sleep(retryMs)
  parts.log.info('became leader', { lease: name })
  let cancel = clock.after(retryMs, function renew() {
    attempt()
    cancel = clock.after(retryMs, renew)
  })
  onEnd(() => {
    cancel()
    if (!isKilled(context.stop)) release(api, name, namespace, context.pod)
  })
}

function release(api: Api, name: string, namespace: string, holder: string): void {
  const lease = api.get<Lease>('leases.coordination.k8s.io', name, namespace)
  if (lease?.spec?.holderIdentity !== holder) return
  api.update('leases.coordination.k8s.io', { ...lease, ...{ spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 } } })
}
