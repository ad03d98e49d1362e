import type { Manual } from '../readme.ts'

export function manual(proxmox: boolean): Manual {
  return {
    tool: 'Terraform or OpenTofu',
    use: [
      '`tofu init && tofu apply` (or `terraform`). Which cluster it is comes from the environment (`KUBE_CONFIG_PATH`, `KUBE_CTX`), or from a provider block in a file of your own beside these.',
      'What must be there before (below) is not asked for by Terraform: without it workloads wait until the apply gives up. Make the namespace by hand for that (`kubectl create namespace`), and the Secrets in it; the release takes the namespace over.',
      ...(proxmox ? ['The folders `proxmox-…` have a state of their own and come first: `PROXMOX_VE_ENDPOINT` and `PROXMOX_VE_API_TOKEN` say where and who. The state of such a folder holds the secret of the token that it makes: keep it encrypted, put the token (`tofu output -raw`) into the Secret that the backend names, and nowhere else.'] : []),
    ],
    order: [
      'Objects of the plan are small charts below `charts/`; what holds data, namespaces and definitions are in releases of their own, whose names end in `-kept`. Helm keeps their records in kube-system.',
      'The provider waits for workloads, not for the health of a Ceph cluster or of a backup location: what comes after is made while those still begin, and becomes ready after them.',
      'Helm adds its own label `app.kubernetes.io/managed-by: Helm` and annotations `meta.helm.sh/…` to what it makes, and keeps a release in one Secret of at most 1 MiB: declarations with thousands of static volumes are better delivered in another way.',
    ],
    removing: [
      'Releases that hold data have `prevent_destroy`: a destroy stops before anything is done. Their objects carry `helm.sh/resource-policy: keep` as well, so that even a release that is removed from the files leaves them in the cluster.',
      '`tofu state rm` makes Terraform forget a release without touching what it made. Then delete by name what shall go, claims and volumes last.',
    ],
    ...(proxmox ? { proxmox: 'The folders `proxmox-…` make this, before the rest:' } : {}),
    renaming: ['A release keeps its state through a `moved` block and goes on under its first name. An object of a chart is made anew under its new name; the old one is deleted by Helm unless it holds data, in which case it stays.'],
  }
}
