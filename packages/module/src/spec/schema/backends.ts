/** Where volumes come from. A backend holds exactly one kind. */
import * as z from 'zod'
import { chartSchema } from './chart.ts'
import { cephSchema, rookCephSchema } from './ceph.ts'
import { nfsSchema } from './nfs.ts'
import { dnsSubdomain, labelValue, plainDirectory } from './words.ts'

export const tlsSchema = z
  .strictObject({
    ca: z.string().regex(/-----BEGIN CERTIFICATE-----/, { error: 'must be a PEM certificate, beginning with -----BEGIN CERTIFICATE-----' }).optional()
      .describe('The certificate authority that signed the endpoints’ certificates, as PEM text. Public: it may stand here.'),
    fingerprint: z
      .string()
      .regex(/^(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, { error: 'must be a SHA-256 fingerprint: 32 pairs of hexadecimal digits with colons, as Proxmox shows it' })
      .optional()
      .describe('The SHA-256 fingerprint of the endpoint’s certificate, as `pvenode cert info` shows it.'),
    insecure: z.boolean().optional().describe('Do not verify the certificate at all. Anybody between the cluster and Proxmox can then read the token.'),
  })
  .describe('How the endpoints’ certificates are trusted. Without it: by the public certificate authorities.')

export const proxmoxChartVersion = '0.5.9'

const proxmoxId = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]*$/, { error: 'must be an id of Proxmox: a letter first, then letters, digits, ".", "_" and "-"' })

export const proxmoxAccessSchema = z
  .strictObject({
    user: z.string().regex(/^[^\s:/@!]+@(?:pve|pam|[A-Za-z][A-Za-z0-9._-]+)$/, { error: 'must be a user with its realm, e.g. kubernetes-csi@pve' }).optional().describe('The user. Default: kubernetes-csi@pve.'),
    tokenName: proxmoxId.optional().describe('Name of its API token. Default: csi.'),
    role: proxmoxId.optional().describe('Name of the role. Default: StowageCSI.'),
    vms: z.array(z.int().min(100).max(999_999_999)).min(1).optional().describe('Ids of the virtual machines that are nodes; the role is given on each of them.'),
    pool: proxmoxId.optional().describe('A Proxmox pool that holds the node VMs, instead of vms.'),
  })
  .describe('The user, role, token and ACLs that the driver needs: shown by the plan and rendered as pveum commands and Terraform. Carried out by you.')

export const proxmoxSchema = z
  .strictObject({
    region: labelValue.min(1).describe('The Proxmox cluster’s name; value of the node label topology.kubernetes.io/region and first part of every volume handle.'),
    endpoints: z.array(z.string()).min(1).describe('Base URLs of the API, one or more nodes of one Proxmox cluster, e.g. https://pve1.example:8006. Tried in order.'),
    credentials: z
      .strictObject({ secretRef: dnsSubdomain.describe('Name of a Secret in the same namespace, made by you: it is never written here nor into the plan.') })
      .describe('By reference only.'),
    tls: tlsSchema.optional(),
    driver: z.enum(['stowage', 'proxmox-csi-plugin']).optional().describe('Who serves it: Stowage’s own driver, or the upstream plugin by its chart. Default: stowage.'),
    chart: chartSchema('proxmox-csi-plugin', proxmoxChartVersion).optional(),
    access: proxmoxAccessSchema.optional(),
  })
  .describe('Disks of a Proxmox VE cluster, hot-plugged into the virtual machine that runs the pod.')

export const localSchema = z
  .strictObject({ path: plainDirectory.describe('Directory on every node under which volumes are made, e.g. /var/lib/stowage.') })
  .describe('Directories on the node itself.')

export const backendSchema = z
  .strictObject({
    proxmox: proxmoxSchema.optional(),
    local: localSchema.optional(),
    nfs: nfsSchema.optional().describe('Exports of an NFS server.'),
    rookCeph: rookCephSchema.optional().describe('A Ceph cluster that Rook runs on the nodes of this one.'),
    ceph: cephSchema.optional().describe('A Ceph cluster that is there already, e.g. Proxmox’s own.'),
  })
  .describe('Exactly one of proxmox, local, nfs, rookCeph, ceph.')
