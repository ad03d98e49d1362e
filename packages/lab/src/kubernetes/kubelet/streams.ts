/** exec and logs, over the runtimes of all nodes. */
import { ApiStatusError } from '../api/api.ts'
import type { Api } from '../api/api.ts'
import type { LogOptions, LogStream, PodStreams } from '../api/pod-streams.ts'
import type { Pod } from '../controllers/objects.ts'
import { latestOf } from './container-steps.ts'
import type { Container, ContainerRuntime } from './runtime.ts'

/** `runtimeOf` by node name. */
export function createPodStreams(api: Api, runtimeOf: (node: string) => ContainerRuntime | undefined): PodStreams {
  const podNamed = (namespace: string, name: string): Pod => {
    const pod = api.get<Pod>('pods', name, namespace)
    if (pod === undefined) throw new ApiStatusError(404, 'NotFound', `pods "${name}" not found`, { name, kind: 'pods' })
    return pod
  }
  const containerName = (pod: Pod, asked: string | undefined): string => {
    const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name)
    const name = asked ?? pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? names[0] ?? ''
    if (!names.includes(name)) throw new ApiStatusError(400, 'BadRequest', `container ${name} is not valid for pod ${pod.metadata.name}`)
    return name
  }
  const runtimeFor = (pod: Pod): ContainerRuntime => {
    const runtime = runtimeOf(pod.spec.nodeName ?? '')
    if (runtime === undefined) throw new ApiStatusError(400, 'BadRequest', `pod ${pod.metadata.name} does not have a host assigned`)
    return runtime
  }
  const find = (pod: Pod, name: string, previous: boolean): Container | undefined => {
    const all = runtimeFor(pod).containers(pod.metadata.uid).filter(({ spec }) => spec.name === name)
    const latest = latestOf(all).get(name)
    return previous ? all.find(({ spec }) => spec.attempt === (latest?.spec.attempt ?? 0) - 1) : latest
  }
  return {
    exec: async (namespace, name, container, command, stdin) => {
      const pod = podNamed(namespace, name)
      const wanted = containerName(pod, container)
      const found = find(pod, wanted, false)
      const result = found === undefined ? undefined : await runtimeFor(pod).execute(found.id, command, stdin)
      if (result === undefined) throw new ApiStatusError(500, 'InternalError', `unable to upgrade connection: container not found ("${wanted}")`)
      return result
    },
    logs: (namespace, name, container, options: LogOptions): LogStream => {
      const pod = podNamed(namespace, name)
      const wanted = containerName(pod, container)
      const found = find(pod, wanted, options.previous ?? false)
      const stream = found === undefined ? undefined : runtimeFor(pod).log(found.id)?.stream()
      if (stream !== undefined) return stream
      if (options.previous === true) throw new ApiStatusError(400, 'BadRequest', `previous terminated container "${wanted}" in pod "${name}" not found`)
      throw new ApiStatusError(400, 'BadRequest', `container "${wanted}" in pod "${name}" is waiting to start: ContainerCreating`)
    },
  }
}
