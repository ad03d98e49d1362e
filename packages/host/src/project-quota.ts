/** Sizes of directories, enforced by project quotas where the filesystem has them switched on. */
import type { MountEntry } from './mountinfo.ts'
import { runOrThrow, timeouts, type Host } from './program.ts'

export type QuotaSupport = { readonly enforced: true; readonly type: 'xfs' | 'ext4'; readonly mountPoint: string } | { readonly enforced: false; readonly why: string }

/** Whether the filesystem that holds a directory can enforce a size, by its mount. */
export function quotaSupport(holding: MountEntry | undefined): QuotaSupport {
  if (holding === undefined) return { enforced: false, why: 'it is not known which filesystem holds the directory' }
  const { type, superOptions, mountPoint } = holding
  if (type !== 'xfs' && type !== 'ext4') return { enforced: false, why: `${type} at ${mountPoint} has no project quotas` }
  const on = superOptions.includes('prjquota') || superOptions.includes('pquota')
  return on ? { enforced: true, type, mountPoint } : { enforced: false, why: `${type} at ${mountPoint} is mounted without prjquota` }
}

export interface DirectoryQuota {
  readonly directory: string
  /** 1 to 2^31 − 1; one for each directory of a filesystem. */
  readonly project: number
  /** Bytes. */
  readonly limit: number
}

/** Makes the directory a project of its own with a hard limit; done twice it changes nothing. Throws `internal` with the program's words. */
export async function setDirectoryQuota(host: Host, { type, mountPoint }: Extract<QuotaSupport, { enforced: true }>, { directory, project, limit }: DirectoryQuota): Promise<void> {
  if (type === 'xfs') {
    await runOrThrow(host, 'xfs_quota', ['-x', '-c', `project -s -p ${directory} ${project}`, mountPoint], timeouts.quota)
    await runOrThrow(host, 'xfs_quota', ['-x', '-c', `limit -p bhard=${limit} ${project}`, mountPoint], timeouts.quota)
    return
  }
  await runOrThrow(host, 'chattr', ['-R', '-p', `${project}`, '+P', directory], timeouts.quota)
  await runOrThrow(host, 'setquota', ['-P', `${project}`, '0', `${Math.ceil(limit / 1024)}`, '0', '0', mountPoint], timeouts.quota)
}
