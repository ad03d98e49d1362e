/** A chart that the lab knows: what it brings, as objects. A stand-in for the real templates, small and honest: README.md says what is left out. */
import type { Json, JsonObject } from '../kubernetes/api/json.ts'

export interface ReleaseRequest {
  readonly name: string
  readonly namespace: string
  readonly version: string
  readonly values: JsonObject
}

export interface ChartObjects {
  /** Definitions of the chart's `crds/` folder: made when they are missing, never changed, never taken away. */
  readonly crds?: readonly JsonObject[]
  /** In the order in which Helm applies kinds. */
  readonly objects: readonly JsonObject[]
}

export interface LabChart {
  readonly name: string
  /** Of the software; what a chart's version says when it is left out. */
  readonly appVersion: (version: string) => string
  readonly render: (release: ReleaseRequest) => ChartObjects
}

export function object(apiVersion: string, kind: string, metadata: JsonObject, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata, ...rest }
}

export interface PodParts {
  readonly containers: readonly JsonObject[]
  readonly initContainers?: readonly JsonObject[]
  readonly volumes?: readonly JsonObject[]
  readonly serviceAccountName?: string
}

/** A Deployment or DaemonSet of one pod template. */
export function workload(kind: 'Deployment' | 'DaemonSet', release: ReleaseRequest, name: string, pod: PodParts, replicas = 1): JsonObject {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': release.name }
  const spec: JsonObject = {
    ...(kind === 'Deployment' ? { replicas } : {}),
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { ...definedOnly(pod) } },
  }
  return object('apps/v1', kind, { name, namespace: release.namespace, labels }, { spec })
}

function definedOnly(pod: PodParts): JsonObject {
  const entries: [string, Json | undefined][] = [['containers', pod.containers], ['initContainers', pod.initContainers], ['volumes', pod.volumes], ['serviceAccountName', pod.serviceAccountName]]
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))
}
