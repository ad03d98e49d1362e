/** After a restart: which CSI volumes are mounted here, by what the last kubelet noted and by what the kernel says. */
import type { Files } from '@stowage/effects'
import type { VolumeIdentity } from './csi-node.ts'
import { publishPath, stagingPath } from './csi-node.ts'
import { csiDirectory, podsDirectory, volumeData } from './paths.ts'

/** `uncertain`: noted, but not seen as a mount: it has to be made sure of, or taken back. */
export type Found = 'done' | 'uncertain'

export interface FoundVolume {
  readonly identity: VolumeIdentity
  readonly staged: Found | undefined
  readonly pods: ReadonlyMap<string, Found>
}

interface Entry {
  readonly identity: VolumeIdentity
  staged: Found | undefined
  readonly pods: Map<string, Found>
}

export async function findVolumes(files: Files): Promise<readonly FoundVolume[]> {
  const mounted = new Set(await readMountPoints(files))
  const state = (path: string): Found => (mounted.has(path) ? 'done' : 'uncertain')
  const found = new Map<string, Entry>()
  const entryFor = (identity: VolumeIdentity): Entry => {
    const entry: Entry = found.get(identity.name) ?? { identity, staged: undefined, pods: new Map() }
    found.set(identity.name, entry)
    return entry
  }
  for (const driver of await listed(files, csiDirectory)) {
    if (driver === 'volumeDevices') continue
    for (const hash of await listed(files, `${csiDirectory}/${driver}`)) {
      const identity = await readIdentity(files, `${csiDirectory}/${driver}/${hash}`, false)
      if (identity !== undefined) entryFor(identity).staged = state(stagingPath(identity))
    }
  }
  for (const name of await listed(files, `${csiDirectory}/volumeDevices`)) {
    const identity = await readIdentity(files, `${csiDirectory}/volumeDevices/${name}/data`, true)
    if (identity === undefined) continue
    const entry = entryFor(identity)
    entry.staged = state(stagingPath(identity))
    for (const podUid of await listed(files, `${csiDirectory}/volumeDevices/publish/${name}`)) entry.pods.set(podUid, state(publishPath(identity, podUid)))
  }
  for (const podUid of await listed(files, podsDirectory)) {
    const volumes = `${podsDirectory}/${podUid}/volumes/kubernetes.io~csi`
    for (const name of await listed(files, volumes)) {
      const identity = await readIdentity(files, `${volumes}/${name}`, false)
      if (identity !== undefined) entryFor(identity).pods.set(podUid, state(publishPath(identity, podUid)))
    }
  }
  return [...found.values()]
}

async function listed(files: Files, directory: string): Promise<readonly string[]> {
  const stat = await files.stat(directory)
  return stat?.kind === 'directory' ? files.list(directory) : []
}

async function readIdentity(files: Files, directory: string, block: boolean): Promise<VolumeIdentity | undefined> {
  const path = `${directory}/${volumeData}`
  if ((await files.stat(path)) === undefined) return undefined
  const data: unknown = JSON.parse(await files.readText(path))
  if (typeof data !== 'object' || data === null) return undefined
  const { driverName, specVolID, volumeHandle }: { driverName?: unknown; specVolID?: unknown; volumeHandle?: unknown } = data
  if (typeof driverName !== 'string' || typeof specVolID !== 'string' || typeof volumeHandle !== 'string') return undefined
  return { name: specVolID, driver: driverName, handle: volumeHandle, block }
}

/** The fifth field of mountinfo, with its octal escapes. */
async function readMountPoints(files: Files): Promise<readonly string[]> {
  if ((await files.stat('/proc/self/mountinfo')) === undefined) return []
  const text = await files.readText('/proc/self/mountinfo')
  return text.split('\n').flatMap((line) => {
    const field = line.split(' ')[4]
    return field === undefined ? [] : [field.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))]
  })
}
