/** From a pod's spec to what the runtime starts, with kubelet's events. */
import type { Files } from '@stowage/effects'
import type { Container as ContainerSpec } from 'kubernetes-types/core/v1'
import type { Api } from '../api/api.ts'
import type { Mount } from './container-view.ts'
import { environmentOf, expand } from './environment.ts'
import type { EnvironmentFacts } from './environment.ts'
import type { ContainerRuntime } from './runtime.ts'

/** Where each of the pod's volumes is on the machine, by the volume's name. */
export type VolumePaths = ReadonlyMap<string, string>

export interface StartFacts extends EnvironmentFacts {
  readonly api: Api
  readonly node: string
  readonly runtime: ContainerRuntime
  readonly files: Files
  readonly volumes: VolumePaths
}

/** Throws `ConfigError` when the container cannot be made. */
export async function startContainer(facts: StartFacts, spec: ContainerSpec, isInit: boolean, attempt: number): Promise<void> {
  const { api, pod, runtime } = facts
  const env = environmentOf(facts, spec)
  const words = (list: readonly string[] | undefined): readonly string[] => (list ?? []).map((word) => expand(word, env))
  const mounts = mountsOf(facts, spec, env)
  for (const { hostPath, below } of mounts) if (below && (await facts.files.stat(hostPath)) === undefined) await facts.files.makeDirectory(hostPath, 0o750)
  api.event(pod, 'Normal', 'Pulled', `Container image "${spec.image ?? ''}" already present on machine`)
  await runtime.start({
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name,
    podUid: pod.metadata.uid,
    name: spec.name,
    node: facts.node,
    image: spec.image ?? '',
    command: words(spec.command),
    args: words(spec.args),
    env,
    mounts,
    privileged: spec.securityContext?.privileged ?? false,
    isInit,
    attempt,
  })
  api.event(pod, 'Normal', 'Created', 'Container created')
  api.event(pod, 'Normal', 'Started', 'Container started')
}

/** `below`: a subPath, which is made when it is not there. */
function mountsOf({ volumes }: StartFacts, spec: ContainerSpec, env: Readonly<Record<string, string>>): readonly (Mount & { readonly below: boolean })[] {
  const mounts = (spec.volumeMounts ?? []).flatMap(({ name, mountPath, readOnly, subPath, subPathExpr }) => {
    const path = volumes.get(name)
    const below = subPathExpr === undefined ? (subPath ?? '') : expand(subPathExpr, env)
    return path === undefined ? [] : [{ containerPath: mountPath, hostPath: below === '' ? path : `${path}/${below}`, readOnly: readOnly ?? false, below: below !== '' }]
  })
  const devices = (spec.volumeDevices ?? []).flatMap(({ name, devicePath }) => {
    const path = volumes.get(name)
    return path === undefined ? [] : [{ containerPath: devicePath, hostPath: path, readOnly: false, below: false }]
  })
  return [...mounts, ...devices]
}
