/** fsGroup: who owns a volume's files, as kubelet's `volume.SetVolumeOwnership` does it. */
import type { Files } from '@stowage/effects'
import type { CsiDriver, Pod, Volume } from '../controllers/objects.ts'

const readWrite = 0o660
const readOnlyBits = 0o440
const execute = 0o110
const setGid = 0o2000

/** The group to apply after NodePublish; undefined when the driver, the policy or the volume says no. */
export function groupToApply(pod: Pod, volume: Volume, driver: CsiDriver | undefined, driverApplies: boolean, readOnly: boolean): number | undefined {
  const group = pod.spec.securityContext?.fsGroup
  if (group === undefined || driverApplies || readOnly) return undefined
  switch (driver?.spec.fsGroupPolicy ?? 'ReadWriteOnceWithFSType') {
    case 'None':
      return undefined
    case 'File':
      return group
    default: {
      const single = (volume.spec.accessModes ?? []).every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod')
      return single && (volume.spec.csi?.fsType ?? '') !== '' ? group : undefined
    }
  }
}

export async function applyGroup(files: Files, path: string, group: number, readOnly: boolean, policy: string | undefined): Promise<void> {
  if (policy === 'OnRootMismatch' && (await isAlready(files, path, group))) return
  await own(files, path, group, readOnly)
}

async function isAlready(files: Files, path: string, group: number): Promise<boolean> {
  const stat = await files.stat(path)
  const wanted = readWrite | execute | setGid
  return stat !== undefined && stat.gid === group && (stat.mode & wanted) === wanted
}

/** Depth first, the root last, so that an interrupted run starts over under OnRootMismatch. */
async function own(files: Files, path: string, group: number, readOnly: boolean): Promise<void> {
  const stat = await files.stat(path)
  if (stat === undefined || stat.kind === 'symlink') return
  if (stat.kind === 'directory') for (const name of await files.list(path)) await own(files, `${path}/${name}`, group, readOnly)
  await files.chown(path, stat.uid, group)
  const bits = (readOnly ? readOnlyBits : readWrite) | (stat.kind === 'directory' ? execute | setGid : 0)
  if ((stat.mode & bits) !== bits) await files.chmod(path, stat.mode | bits)
}
