/** An NFS server’s exports. */
import * as z from 'zod'
import { chartSchema } from './chart.ts'
import { dnsLabel, plainDirectory } from './words.ts'

export const nfsChartVersion = '4.13.4'

export const nfsSchema = z
  .strictObject({
    server: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[?[0-9a-fA-F:]+\]?$/, { error: 'must be a host name or an address, e.g. 192.168.1.127' }).describe('The server, as every node reaches it.'),
    exports: z.record(dnsLabel, plainDirectory).describe('Exported directories by name, e.g. hdd: /srv/nfs.'),
    driver: z.enum(['stowage', 'csi-driver-nfs']).optional().describe('Which driver mounts them: csi-driver-nfs, by its upstream chart. (stowage: not built yet, refused.)'),
    management: z.enum(['none', 'agent']).optional().describe('Who keeps /etc/exports: none (you), or the agent on the server (not built yet, refused). Default: none.'),
    chart: chartSchema('csi-driver-nfs', nfsChartVersion).optional(),
  })
  .describe('Exports of an NFS server.')

/** Keys of a class of an NFS backend; csi-driver-nfs’s own words (docs/driver-parameters.md). */
export const nfsParameters = {
  export: dnsLabel.describe('For an NFS backend: which of its exports. Required when it has several.'),
  subDir: z.string().min(1).refine(liesBelow, { error: 'must be a directory below the export, without "..", e.g. ${pvc.metadata.namespace}/${pvc.metadata.name}' }).describe('For an NFS backend: directory of a volume below the export; ${pvc.metadata.namespace}, ${pvc.metadata.name} and ${pv.metadata.name} are replaced. Default: the volume’s own name.'),
  mountPermissions: z.string().regex(/^0?[0-7]{1,4}$/, { error: 'must be an octal mode in quotes, e.g. "0777"' }).describe('For an NFS backend: mode of the directory when it is mounted. Default: as the server has it.'),
  onDelete: z.enum(['delete', 'retain', 'archive']).describe('For an NFS backend: what becomes of the directory when the volume is deleted (only with reclaimPolicy Delete). Default: delete.'),
} as const

/** Neither the export itself nor anything outside of it. */
function liesBelow(text: string): boolean {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length > 0 && !parts.includes('..') && !text.includes('\0')
}
