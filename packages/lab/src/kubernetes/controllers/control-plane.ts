/** kube-controller-manager and kube-scheduler in one: all controllers over one set of caches. */
import type { Log } from '@stowage/core'
import { silentLog } from '@stowage/core'
import type { Clock, Random } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import { startScheduler } from '../scheduler/scheduler.ts'
import { startCaches } from './caches.ts'
import { withQuietEvents } from './event-recorder.ts'
import { startGarbageCollector } from './garbage-collector.ts'
import { startResourceQuotas } from './resource-quotas.ts'
import { startRootCaPublisher } from './root-ca-publisher.ts'
import { startDaemonSets } from './workloads/daemon-set.ts'
import { startDeployments } from './workloads/deployment.ts'
import { startReplicaSets } from './workloads/replica-set.ts'
import { startStatefulSets } from './workloads/stateful-set.ts'
import type { Controller, StartController } from './controller.ts'
import { startNamespaceController } from './namespaces.ts'
import { startNodeLifecycle } from './nodes/lifecycle.ts'
import { startAttachDetach } from './volumes/attach-detach.ts'
import { startVolumeBinder } from './volumes/binder.ts'
import { startEphemeralVolumes } from './volumes/ephemeral.ts'
import { startClaimProtection, startVolumeProtection } from './volumes/protection.ts'

export interface ControlPlaneOptions {
  /** `store.client('…')`; each controller goes under its own name. */
  readonly api: Api
  readonly clock: Clock
  readonly random: Random
  readonly log?: Log
}

const controllers: Readonly<Record<string, StartController>> = {
  'persistentvolume-binder': startVolumeBinder,
  'ephemeral-volume': startEphemeralVolumes,
  'persistentvolumeclaim-protection': startClaimProtection,
  'persistentvolume-protection': startVolumeProtection,
  'persistentvolume-attach-detach': startAttachDetach,
  'node-lifecycle': startNodeLifecycle,
  'namespace': startNamespaceController,
  'resourcequota-controller': startResourceQuotas,
  'root-ca-certificate-publisher': startRootCaPublisher,
  'deployment-controller': startDeployments,
  'replicaset-controller': startReplicaSets,
  'statefulset-controller': startStatefulSets,
  'daemonset-controller': startDaemonSets,
  'generic-garbage-collector': startGarbageCollector,
  'default-scheduler': startScheduler,
}

export function startControlPlane({ api: given, clock, random, log = silentLog }: ControlPlaneOptions): Controller {
  const api = withQuietEvents(given)
  const caches = startCaches(api.as('kube-controller-manager'))
  const running = Object.entries(controllers).map(([name, start]) => start({ api: api.as(name), caches, clock, random: random.fork(name), log: log.with({ controller: name }) }))
  return {
    stop: () => {
      for (const each of running) each.stop()
      caches.stop()
    },
  }
}
