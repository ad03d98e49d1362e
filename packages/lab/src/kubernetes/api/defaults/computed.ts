/** Defaults that depend on other fields. From the same files as the plain ones. */
import { arrayAt, at, isObject, objectAt, textAt, without } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

type Defaulting = (value: JsonObject) => JsonObject

function setIfAbsent(value: JsonObject, key: string, replacement: Json | undefined): JsonObject {
  return value[key] !== undefined || replacement === undefined ? value : { ...value, [key]: replacement }
}

/** `:latest` and no tag at all are pulled always. */
function container(value: JsonObject): JsonObject {
  const image = textAt(value, 'image')
  const [name = '', digest] = image.split('@')
  const tag = /:([^/:]+)$/.exec(name)?.[1]
  const isLatest = digest === undefined && (tag === undefined || tag === 'latest')
  return setIfAbsent(value, 'imagePullPolicy', isLatest ? 'Always' : 'IfNotPresent')
}

const isSource = (key: string): boolean => key !== 'name'

function volume(value: JsonObject): JsonObject {
  return Object.keys(value).some(isSource) ? value : { ...value, emptyDir: {} }
}

/** Requests default to limits, in pods only. */
function pod(value: JsonObject): JsonObject {
  const spec = setIfAbsent(objectAt(value, 'spec'), 'enableServiceLinks', true)
  const withRequests = (each: Json): Json => (isObject(each) ? requestsFromLimits(each) : each)
  const lists = ['containers', 'initContainers'].filter(key => spec[key] !== undefined).map(key => [key, arrayAt(spec, key).map(withRequests)])
  return { ...value, spec: { ...spec, ...Object.fromEntries(lists) } }
}

function requestsFromLimits(value: JsonObject): JsonObject {
  const limits = objectAt(value, 'resources', 'limits')
  if (Object.keys(limits).length === 0) return value
  return { ...value, resources: { ...objectAt(value, 'resources'), requests: { ...limits, ...objectAt(value, 'resources', 'requests') } } }
}

function service(value: JsonObject): JsonObject {
  const ports = value['ports'] === undefined ? {} : { ports: arrayAt(value, 'ports').map(servicePort) }
  const type = textAt(value, 'type')
  const internal = type === 'ExternalName' ? undefined : 'Cluster'
  const external = type === 'NodePort' || type === 'LoadBalancer' ? 'Cluster' : undefined
  return setIfAbsent(setIfAbsent({ ...value, ...ports }, 'internalTrafficPolicy', internal), 'externalTrafficPolicy', external)
}

function servicePort(port: Json): Json {
  if (!isObject(port)) return port
  const target = port['targetPort']
  const isUnset = target === undefined || target === 0 || target === ''
  return setIfAbsent({ ...port, ...(isUnset ? { targetPort: port['port'] ?? 0 } : {}) }, 'protocol', 'TCP')
}

/** The rolling parameters, where the strategy is to roll. */
function rolling(value: JsonObject): JsonObject {
  return textAt(value, 'type') === 'RollingUpdate' ? setIfAbsent(value, 'rollingUpdate', {}) : value
}

/** A Job of its own; the template of a CronJob is left as it is. */
function job(value: JsonObject): JsonObject {
  const spec = objectAt(value, 'spec')
  const counted = spec['completions'] === undefined && spec['parallelism'] === undefined ? { completions: 1 } : {}
  const fixed = { parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false, podReplacementPolicy: 'TerminatingOrFailed' }
  return { ...value, spec: { ...fixed, ...counted, ...spec } }
}

function subject(value: JsonObject): JsonObject {
  const group = textAt(value, 'kind') === 'ServiceAccount' ? undefined : 'rbac.authorization.k8s.io'
  return setIfAbsent(value, 'apiGroup', group)
}

function namespace(value: JsonObject): JsonObject {
  const name = textAt(value, 'metadata', 'name')
  if (name === '') return value
  const metadata = objectAt(value, 'metadata')
  return { ...value, metadata: { ...metadata, labels: { ...objectAt(metadata, 'labels'), 'kubernetes.io/metadata.name': name } } }
}

function node(value: JsonObject): JsonObject {
  const capacity = at(value, 'capacity')
  return isObject(capacity) && value['allocatable'] === undefined ? { ...value, allocatable: capacity } : value
}

function definitionNames(value: JsonObject): JsonObject {
  const kind = textAt(value, 'kind')
  // Names that were not accepted stay unsaid.
  return kind === '' ? value : setIfAbsent(setIfAbsent(value, 'singular', kind.toLowerCase()), 'listKind', `${kind}List`)
}

/** Claim templates carry their kind, and the status that a claim starts with. */
function statefulSetSpec(value: JsonObject): JsonObject {
  if (value['volumeClaimTemplates'] === undefined) return value
  const templates = arrayAt(value, 'volumeClaimTemplates').map(each => (isObject(each) ? { ...each, apiVersion: 'v1', kind: 'PersistentVolumeClaim' } : each))
  return { ...value, volumeClaimTemplates: templates }
}

/** stringData is written into data, as bytes. */
function secret(value: JsonObject): JsonObject {
  if (value['stringData'] === undefined) return value
  const encoded = Object.entries(objectAt(value, 'stringData')).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  return { ...without(value, 'stringData'), data: { ...objectAt(value, 'data'), ...Object.fromEntries(encoded) } }
}

const core = 'io.k8s.api.core.v1.'
const apps = 'io.k8s.api.apps.v1.'

export const computedDefaults: Readonly<Record<string, Defaulting>> = {
  [`${core}Container`]: container,
  [`${core}EphemeralContainer`]: container,
  [`${core}Volume`]: volume,
  [`${core}Pod`]: pod,
  [`${core}ServiceSpec`]: service,
  [`${core}Namespace`]: namespace,
  [`${core}Secret`]: secret,
  [`${core}NodeStatus`]: node,
  [`${apps}DeploymentStrategy`]: rolling,
  [`${apps}StatefulSetUpdateStrategy`]: rolling,
  [`${apps}DaemonSetUpdateStrategy`]: rolling,
  [`${apps}StatefulSetSpec`]: statefulSetSpec,
  'io.k8s.api.batch.v1.Job': job,
  'io.k8s.api.rbac.v1.Subject': subject,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames': definitionNames,
}
