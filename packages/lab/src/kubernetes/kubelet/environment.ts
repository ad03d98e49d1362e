/** A container's environment and command line, as kubelet makes them. */
import type { Container, EnvVar } from 'kubernetes-types/core/v1'
import type { Api } from '../api/api.ts'
import type { ConfigMap, Node, Pod, Secret } from '../controllers/objects.ts'
import { decodeSecret } from '../sidecars/secrets.ts'

/** What kept a container from being made: the waiting reason `CreateContainerConfigError` and its message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export interface EnvironmentFacts {
  readonly api: Api
  readonly pod: Pod
  readonly podIp: string
  readonly hostIp: string
}

export function environmentOf(facts: EnvironmentFacts, container: Container): Readonly<Record<string, string>> {
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: facts.pod.spec.hostname ?? facts.pod.metadata.name,
    KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc',
    KUBERNETES_SERVICE_PORT: '443',
  }
  for (const source of container.envFrom ?? []) Object.assign(env, valuesFrom(facts, source))
  for (const each of container.env ?? []) {
    const value = each.valueFrom === undefined ? expand(each.value ?? '', env) : valueFrom(facts, each, container)
    if (value !== undefined) env[each.name] = value
  }
  return env
}

function valuesFrom({ api, pod }: EnvironmentFacts, source: NonNullable<Container['envFrom']>[number]): Record<string, string> {
  const reference = source.configMapRef ?? source.secretRef
  const kind = source.configMapRef === undefined ? 'secret' : 'configmap'
  const found = kind === 'secret' ? readSecret(api, reference?.name ?? '', pod) : readConfigMap(api, reference?.name ?? '', pod)
  if (found === undefined && reference?.optional !== true) throw new ConfigError(`${kind} "${reference?.name}" not found`)
  return Object.fromEntries(Object.entries(found ?? {}).map(([key, value]) => [`${source.prefix ?? ''}${key}`, value]))
}

function readSecret(api: Api, name: string, pod: Pod): Record<string, string> | undefined {
  const secret = api.get<Secret>('secrets', name, pod.metadata.namespace)
  return secret === undefined ? undefined : decodeSecret(secret)
}

function readConfigMap(api: Api, name: string, pod: Pod): Record<string, string> | undefined {
  const map = api.get<ConfigMap>('configmaps', name, pod.metadata.namespace)
  return map === undefined ? undefined : { ...map.data }
}

function valueFrom(facts: EnvironmentFacts, { valueFrom: source }: EnvVar, container: Container): string | undefined {
  if (source?.fieldRef !== undefined) return fieldOf(facts, source.fieldRef.fieldPath)
  if (source?.resourceFieldRef !== undefined) return resourceOf(container, source.resourceFieldRef.resource)
  const reference = source?.secretKeyRef ?? source?.configMapKeyRef
  const isSecret = source?.secretKeyRef !== undefined
  const name = reference?.name ?? ''
  const found = isSecret ? readSecret(facts.api, name, facts.pod) : readConfigMap(facts.api, name, facts.pod)
  const value = found?.[reference?.key ?? '']
  if (value !== undefined || reference?.optional === true) return value
  if (found === undefined) throw new ConfigError(`${isSecret ? 'secret' : 'configmap'} "${name}" not found`)
  throw new ConfigError(`couldn't find key ${reference?.key} in ${isSecret ? 'Secret' : 'ConfigMap'} ${facts.pod.metadata.namespace}/${name}`)
}

/** The downward API's fields. Throws `ConfigError` for a field that it has not. */
export function fieldOf({ pod, podIp, hostIp, api }: EnvironmentFacts, path: string): string {
  const keyed = /^metadata\.(annotations|labels)\['([^']+)'\]$/.exec(path)
  if (keyed !== null) return (keyed[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[keyed[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name
    case 'metadata.namespace':
      return pod.metadata.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata.uid
    case 'metadata.labels':
      return listed(pod.metadata.labels)
    case 'metadata.annotations':
      return listed(pod.metadata.annotations)
    case 'spec.nodeName':
      return pod.spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default'
    case 'status.podIP':
    case 'status.podIPs':
      return podIp
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIp
    default:
      throw new ConfigError(`unsupported fieldPath: ${path} (node ${api.get<Node>('nodes', pod.spec.nodeName ?? '')?.metadata.name ?? 'unknown'})`)
  }
}

function listed(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {}).sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n')
}

function resourceOf(container: Container, resource: string): string {
  const [list, name = ''] = resource.split('.')
  const values = list === 'limits' ? container.resources?.limits : container.resources?.requests
  return String(values?.[name] ?? '0')
}

/** `$(NAME)` of a known variable; `$$(NAME)` stays as `$(NAME)`. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (match, name: string | undefined) => {
    if (match === '$$') return '$'
    return name === undefined ? match : (env[name] ?? match)
  })
}
