/**
 * Stands in for what runs workloads: no kubelet and no controller manager run beside the API server, so Deployments and DaemonSets get the
 * status that they would have when all their pods run, nodes register every CSIDriver, and External Secrets' operator makes what it is asked for.
 */
import type { Clock } from '@stowage/effects'
import type { ClusterApi, Kind } from '@stowage/lab/kubernetes/operators/cluster-api'
import { core } from '@stowage/lab/kubernetes/operators/cluster-api'
import { arrayAt, numberAt, objectAt, same, textAt } from '@stowage/lab/kubernetes/api/json'
import type { Json, JsonObject } from '@stowage/lab/kubernetes/api/json'

export const csiDrivers: Kind = { group: 'storage.k8s.io', version: 'v1', plural: 'csidrivers', kind: 'CSIDriver', namespaced: false }
export const csiNodes: Kind = { group: 'storage.k8s.io', version: 'v1', plural: 'csinodes', kind: 'CSINode', namespaced: false }
export const externalSecrets: Kind = { group: 'external-secrets.io', version: 'v1', plural: 'externalsecrets', kind: 'ExternalSecret', namespaced: true }

/** Once round all of them. */
export async function workloadRound(api: ClusterApi, clock: Clock): Promise<void> {
  const now = new Date(clock.now()).toISOString().replace(/\.\d+/, '')
  const nodes = await api.list(core.nodes)
  for (const deployment of await api.list(core.deployments)) await settle(api, core.deployments, deployment, deploymentStatus(deployment, now))
  for (const daemonSet of await api.list(core.daemonSets)) await settle(api, core.daemonSets, daemonSet, daemonSetStatus(daemonSet, nodes.length))
  for (const wanted of await api.list(externalSecrets)) await deliver(api, wanted, now)
  await register(api, nodes)
}

/** Ends when told. A round that fails is tried again: objects come and go under it. */
export function startWorkloads(api: ClusterApi, clock: Clock, everyMs = 250): { stop(): void; readonly faults: readonly string[] } {
  const stopped = new AbortController()
  const faults: string[] = []
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await workloadRound(api, clock).catch((error: unknown) => faults.push(String(error)))
      await clock.sleep(everyMs, stopped.signal).catch(() => {})
    }
  }
  void run()
  return { stop: () => stopped.abort(), faults }
}

function deploymentStatus(deployment: JsonObject, now: string): JsonObject {
  const replicas = numberAt(deployment, 'spec', 'replicas') ?? 1
  const since = textAt(deployment, 'status', 'conditions', 0, 'lastTransitionTime') || now
  const condition = (type: string, reason: string): JsonObject => ({ type, status: 'True', reason, message: 'made ready by a stand-in', lastTransitionTime: since, lastUpdateTime: since })
  const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }
  return { observedGeneration: generationOf(deployment), ...(replicas === 0 ? {} : counts), conditions: [condition('Available', 'MinimumReplicasAvailable'), condition('Progressing', 'NewReplicaSetAvailable')] }
}

function daemonSetStatus(daemonSet: JsonObject, nodes: number): JsonObject {
  return {
    observedGeneration: generationOf(daemonSet), currentNumberScheduled: nodes, desiredNumberScheduled: nodes, numberMisscheduled: 0,
    numberReady: nodes, ...(nodes === 0 ? {} : { updatedNumberScheduled: nodes, numberAvailable: nodes }),
  }
}

function generationOf(object: JsonObject): number {
  return numberAt(object, 'metadata', 'generation') ?? 1
}

async function settle(api: ClusterApi, kind: Kind, object: JsonObject, status: JsonObject): Promise<void> {
  if (Object.entries(status).every(([key, value]) => same(objectAt(object, 'status')[key], value))) return
  await api.patch(kind, textAt(object, 'metadata', 'name'), textAt(object, 'metadata', 'namespace'), { status }, 'status')
}

/** The Secret with a text for each key that is asked for, then Ready. */
async function deliver(api: ClusterApi, wanted: JsonObject, now: string): Promise<void> {
  const [name, namespace] = [textAt(wanted, 'metadata', 'name'), textAt(wanted, 'metadata', 'namespace')]
  const keys = arrayAt(wanted, 'spec', 'data').map((each) => textAt(each, 'secretKey'))
  const data = Object.fromEntries(keys.map((key) => [key, Buffer.from('from the stand-in').toString('base64')]))
  const target = textAt(wanted, 'spec', 'target', 'name') || name
  await api.create(core.secrets, { metadata: { name: target, namespace }, data })
  const before = textAt(wanted, 'status', 'conditions', 0, 'lastTransitionTime') || now
  await settle(api, externalSecrets, wanted, { conditions: [{ type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'made by a stand-in', lastTransitionTime: before }] })
}

async function register(api: ClusterApi, nodes: readonly JsonObject[]): Promise<void> {
  const drivers = (await api.list(csiDrivers)).map((each) => textAt(each, 'metadata', 'name')).toSorted()
  const known = await api.list(csiNodes)
  for (const node of nodes) {
    const name = textAt(node, 'metadata', 'name')
    const spec: Json = { drivers: drivers.map((driver) => ({ name: driver, nodeID: name, topologyKeys: null })) }
    const before = known.find((each) => textAt(each, 'metadata', 'name') === name)
    const registered = arrayAt(before, 'spec', 'drivers').map((each) => textAt(each, 'name')).toSorted()
    if (before === undefined) await api.create(csiNodes, { metadata: { name }, spec })
    else if (!same(registered, drivers)) await api.patch(csiNodes, name, undefined, { spec })
  }
}
