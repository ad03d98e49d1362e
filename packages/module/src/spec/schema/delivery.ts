/** What the encodings need to know about Argo CD, Flux and Terraform. */
import * as z from 'zod'
import { dnsLabel, dnsSubdomain } from './words.ts'

/** Fetched by the tool, so it holds no password: that is what the tool's own repository Secrets are for. */
const repositoryUrl = z.string().refine((text) => /^(?:https?:\/\/|ssh:\/\/|git@|oci:\/\/)\S+$/.test(text), { error: 'must be the URL of a repository: https://…, ssh://…, git@host:…, or oci://…' })
const folder = z.string().refine((text) => text !== '' && !text.startsWith('/') && !text.split('/').includes('..') && /^[\w./-]+$/.test(text), {
  error: 'must be a path within the repository, without a leading slash and without "..", e.g. clusters/home/storage',
})
const interval = z.string().regex(/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/, { error: 'must be a duration of Flux: 10m, 1h30m' })

const argocdSchema = z
  .strictObject({
    repoURL: repositoryUrl.describe('Repository in which Argo CD finds what is rendered. No password in it.'),
    path: folder.describe('Folder of the repository that `stowage render -o argocd --out` writes to.'),
    targetRevision: z.string().min(1).optional().describe('Branch, tag or commit. Default: HEAD.'),
    project: dnsSubdomain.optional().describe('AppProject of the Applications. Default: default.'),
    namespace: dnsLabel.optional().describe('Where Argo CD runs. Default: argocd.'),
    server: z.string().min(1).optional().describe('API server of the cluster as Argo CD knows it. Default: https://kubernetes.default.svc, its own.'),
  })
  .describe('For `stowage render -o argocd`.')

const fluxSchema = z
  .strictObject({
    path: folder.describe('Folder of the source that `stowage render -o flux --out` writes to.'),
    sourceRef: z
      .strictObject({
        kind: z.enum(['GitRepository', 'OCIRepository']).optional().describe('Default: GitRepository.'),
        name: dnsSubdomain.optional().describe('Default: flux-system.'),
        namespace: dnsLabel.optional().describe('Default: the namespace of the Kustomizations.'),
      })
      .optional()
      .describe('The source that holds what is rendered. Default: the GitRepository flux-system, which `flux bootstrap` makes.'),
    namespace: dnsLabel.optional().describe('Where the Kustomizations and HelmReleases go. Default: flux-system.'),
    interval: interval.optional().describe('How often Flux compares, as a duration. Default: 10m.'),
  })
  .describe('For `stowage render -o flux`.')

const terraformSchema = z
  .strictObject({ proxmox: z.boolean().optional().describe('Whether user, role, token and ACLs on Proxmox are resources of bpg/proxmox, in folders of their own; otherwise a script of pveum commands. Default: true.') })
  .describe('For `stowage render -o terraform`.')

export const deliverySchema = z
  .strictObject({ argocd: argocdSchema.optional(), flux: fluxSchema.optional(), terraform: terraformSchema.optional() })
  .describe('Where Argo CD, Flux and Terraform find what is rendered for them. Changes nothing in the plan.')
