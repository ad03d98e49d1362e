import type { DeliverySpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

type Declared = NonNullable<DeclaredSpec['delivery']>

export function resolveDelivery({ delivery = {} }: DeclaredSpec): DeliverySpec {
  const { argocd, flux, terraform } = delivery
  return {
    ...(argocd === undefined ? {} : { argocd: resolveArgocd(argocd) }),
    ...(flux === undefined ? {} : { flux: resolveFlux(flux) }),
    ...(terraform === undefined ? {} : { terraform: { proxmox: terraform.proxmox ?? true } }),
  }
}

function resolveArgocd(declared: NonNullable<Declared['argocd']>): NonNullable<DeliverySpec['argocd']> {
  return {
    repoURL: declared.repoURL,
    path: withoutSlash(declared.path),
    targetRevision: declared.targetRevision ?? 'HEAD',
    project: declared.project ?? 'default',
    namespace: declared.namespace ?? 'argocd',
    server: declared.server ?? 'https://kubernetes.default.svc',
  }
}

function resolveFlux(declared: NonNullable<Declared['flux']>): NonNullable<DeliverySpec['flux']> {
  const { kind = 'GitRepository', name = 'flux-system', namespace } = declared.sourceRef ?? {}
  return {
    path: withoutSlash(declared.path),
    sourceRef: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
    namespace: declared.namespace ?? 'flux-system',
    interval: declared.interval ?? '10m',
  }
}

/** `./clusters/home/` is `clusters/home`. */
function withoutSlash(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/')
}
