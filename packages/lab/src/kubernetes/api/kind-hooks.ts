/** The few kinds whose registries compute something that no table can say. */
import { arrayAt, at, objectAt, textAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { Memory } from './memory.ts'
import { qosClass } from './qos.ts'

export interface KindHooks {
  readonly onCreate?: (memory: Memory, object: JsonObject) => JsonObject
}

const pods: KindHooks = {
  onCreate: (_, object) => ({ ...object, status: { phase: 'Pending', qosClass: qosClass(object) } }),
}

const persistentVolumes: KindHooks = {
  onCreate: (memory, object) => ({ ...object, status: { phase: 'Pending', lastPhaseTransitionTime: memory.now() } }),
}

const namespaces: KindHooks = {
  onCreate: (_, object) => {
    const finalizers = arrayAt(object, 'spec', 'finalizers')
    const all = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']
    return { ...object, spec: { ...objectAt(object, 'spec'), finalizers: all }, status: { phase: 'Active' } }
  },
}

/** What a StatefulSet's status says from the start: two counters that are always written. */
const statefulSets: KindHooks = {
  onCreate: (_, object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
}

const replicaSets: KindHooks = {
  onCreate: (_, object) => ({ ...object, status: { replicas: 0 } }),
}

const daemonSets: KindHooks = {
  onCreate: (_, object) => ({ ...object, status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 } }),
}

const disruptionBudgets: KindHooks = {
  onCreate: (_, object) => ({ ...object, status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } }),
}

/** One address each from 10.96.0.0/16, never given twice while the service lives. */
const services: KindHooks = {
  onCreate: (memory, object) => {
    const spec = objectAt(object, 'spec')
    if (textAt(spec, 'type') === 'ExternalName') return object
    const asked = textAt(spec, 'clusterIP')
    const address = asked === '' ? freeAddress(memory) : asked
    const ports = spec['ports'] === undefined ? {} : { ports: withNodePorts(memory, spec) }
    return { ...object, spec: { ...spec, ...ports, clusterIP: address, clusterIPs: [address], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }
  },
}

function withNodePorts(memory: Memory, spec: JsonObject): Json {
  const opened = ['NodePort', 'LoadBalancer'].includes(textAt(spec, 'type'))
  return arrayAt(spec, 'ports').map(port => (opened && at(port, 'nodePort') === undefined ? { ...objectAt({ port }, 'port'), nodePort: freeNodePort(memory) } : port))
}

/** From 30000-32767, as the real server's default range. */
function freeNodePort(memory: Memory): number {
  const services = memory.list(memory.resource('services'), undefined)
  const taken = new Set(services.flatMap(each => arrayAt(each, 'spec', 'ports')).map(each => at(each, 'nodePort')))
  for (;;) {
    const port = 30_000 + memory.random.integer(2_768)
    if (!taken.has(port)) return port
  }
}

function freeAddress(memory: Memory): string {
  const taken = new Set<Json | undefined>(memory.list(memory.resource('services'), undefined).map(each => at(each, 'spec', 'clusterIP')))
  for (;;) {
    const address = `10.96.${memory.random.integer(256)}.${1 + memory.random.integer(254)}`
    if (!taken.has(address)) return address
  }
}

/** Nothing is accepted yet; the controllers for definitions say the rest. */
const definitions: KindHooks = {
  onCreate: (_, object) => {
    const storedVersions = arrayAt(object, 'spec', 'versions').filter(each => at(each, 'storage') === true).map(each => textAt(each, 'name'))
    return { ...object, status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: storedVersions.length === 0 ? null : storedVersions } }
  },
}

export const kindHooks: Readonly<Record<string, KindHooks>> = {
  pods,
  persistentvolumes: persistentVolumes,
  namespaces,
  services,
  'statefulsets.apps': statefulSets,
  'replicasets.apps': replicaSets,
  'daemonsets.apps': daemonSets,
  'poddisruptionbudgets.policy': disruptionBudgets,
  'customresourcedefinitions.apiextensions.k8s.io': definitions,
}
