/** Volumes that need no driver: emptyDir, hostPath, configMap, secret, downwardAPI and projected. */
import type { Volume as PodVolume, KeyToPath, VolumeProjection } from 'kubernetes-types/core/v1'
import type { Files } from '@stowage/effects'
import type { ConfigMap, Pod, Secret } from '../controllers/objects.ts'
import { fieldOf } from './environment.ts'
import type { EnvironmentFacts } from './environment.ts'
import { localVolume, parentOf } from './paths.ts'

/** Where the volume is on the machine; undefined for a kind that is not local. */
export function localPath(pod: Pod, volume: PodVolume): string | undefined {
  if (volume.hostPath !== undefined) return volume.hostPath.path
  const plugin = pluginOf(volume)
  return plugin === undefined ? undefined : localVolume(pod.metadata.uid, plugin, volume.name)
}

function pluginOf(volume: PodVolume): string | undefined {
  if (volume.emptyDir !== undefined) return 'empty-dir'
  if (volume.configMap !== undefined) return 'configmap'
  if (volume.secret !== undefined) return 'secret'
  if (volume.downwardAPI !== undefined) return 'downward-api'
  return volume.projected === undefined ? undefined : 'projected'
}

/** Makes it so; again for each sync of the pod. Throws in the words of the plugin. */
export async function setUpLocal(facts: EnvironmentFacts, files: Files, volume: PodVolume): Promise<void> {
  const path = localPath(facts.pod, volume)
  if (path === undefined) throw new Error(`no volume plugin matched`)
  if (volume.hostPath !== undefined) return checkHostPath(files, path, volume.hostPath.type ?? '')
  await files.makeDirectory(path, 0o777)
  if (volume.emptyDir !== undefined) return
  for (const [name, content] of contentOf(facts, volume)) {
    const at = `${path}/${name}`
    if (name.includes('/')) await files.makeDirectory(parentOf(at))
    await files.writeAtomic(at, content, 0o644)
  }
}

/** Changes with what the volume is made of, where that is a ConfigMap or a Secret of its own; undefined for any other. */
export function sourceVersion({ api, pod }: EnvironmentFacts, { configMap, secret }: PodVolume): string | undefined {
  const found = configMap !== undefined ? api.get<ConfigMap>('configmaps', configMap.name ?? '', pod.metadata.namespace) : secret !== undefined ? api.get<Secret>('secrets', secret.secretName ?? '', pod.metadata.namespace) : undefined
  return found?.metadata.resourceVersion
}

const hostPathKinds: Readonly<Record<string, { readonly kind: string; readonly what: string }>> = {
  Directory: { kind: 'directory', what: 'a directory' },
  File: { kind: 'file', what: 'a file' },
  Socket: { kind: 'socket', what: 'a socket file' },
  BlockDevice: { kind: 'block', what: 'a block device' },
  CharDevice: { kind: 'character', what: 'a character device' },
}

async function checkHostPath(files: Files, path: string, type: string): Promise<void> {
  const stat = await files.stat(path)
  if (type === 'DirectoryOrCreate' && stat === undefined) return files.makeDirectory(path, 0o755)
  if (type === 'FileOrCreate' && stat === undefined) return files.createFile(path, 0o644)
  const wanted = hostPathKinds[type]
  if (wanted !== undefined && stat?.kind !== wanted.kind) throw new Error(`hostPath type check failed: ${path} is not ${wanted.what}`)
  if (stat === undefined && type === '') await files.makeDirectory(path, 0o755)
}

type Content = readonly (readonly [name: string, content: string | Uint8Array])[]

function contentOf(facts: EnvironmentFacts, volume: PodVolume): Content {
  if (volume.configMap !== undefined) return fromConfigMap(facts, volume.configMap)
  if (volume.secret !== undefined) return fromSecret(facts, { ...volume.secret, name: volume.secret.secretName ?? '' })
  if (volume.downwardAPI !== undefined) return fromFields(facts, volume.downwardAPI.items)
  return (volume.projected?.sources ?? []).flatMap((source) => fromProjection(facts, source))
}

interface Reference {
  readonly name?: string
  readonly optional?: boolean
  readonly items?: readonly KeyToPath[]
}

function fromConfigMap({ api, pod }: EnvironmentFacts, reference: Reference): Content {
  const map = api.get<ConfigMap>('configmaps', reference.name ?? '', pod.metadata.namespace)
  if (map === undefined && reference.optional !== true) throw new Error(`configmap "${reference.name}" not found`)
  const binary = Object.entries(map?.binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const)
  return picked([...Object.entries(map?.data ?? {}), ...binary], reference)
}

function fromSecret({ api, pod }: EnvironmentFacts, reference: Reference): Content {
  const secret = api.get<Secret>('secrets', reference.name ?? '', pod.metadata.namespace)
  if (secret === undefined && reference.optional !== true) throw new Error(`secret "${reference.name}" not found`)
  return picked(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const), reference)
}

function picked(all: Content, { items, optional }: Reference): Content {
  if (items === undefined) return all
  return items.flatMap(({ key, path }) => {
    const found = all.find(([name]) => name === key)
    if (found === undefined && optional !== true) throw new Error(`references non-existent config key: ${key}`)
    return found === undefined ? [] : [[path, found[1]] as const]
  })
}

function fromFields(facts: EnvironmentFacts, items: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[] | undefined): Content {
  return (items ?? []).map(({ path, fieldRef }) => [path, fieldRef === undefined ? '' : fieldOf(facts, fieldRef.fieldPath)] as const)
}

function fromProjection(facts: EnvironmentFacts, source: VolumeProjection): Content {
  if (source.configMap !== undefined) return fromConfigMap(facts, source.configMap)
  if (source.secret !== undefined) return fromSecret(facts, source.secret)
  if (source.downwardAPI !== undefined) return fromFields(facts, source.downwardAPI.items)
  if (source.serviceAccountToken !== undefined) return [[source.serviceAccountToken.path, `lab-token-of-${facts.pod.metadata.namespace}-${facts.pod.spec.serviceAccountName ?? 'default'}`]]
  return []
}
