/** From what was written to what it means: defaults filled in, names resolved. Only for a declaration without errors. */
import { Size, StorageError } from '@stowage/core'
import { noFacts, type Facts } from '../facts/facts.ts'
import { defaultNamespace } from './default-namespace.ts'
import { driverNameOf, upstreamProxmoxDriver, type BuiltKind } from './driver-names.ts'
import { proxmoxChartVersion } from './schema/backends.ts'
import type { Declaration, DeclaredBackend, DeclaredClass, DeclaredDriver, DeclaredSpec, DeclaredVolume } from './schema/declaration.ts'
import { deepFreeze } from './freeze.ts'
import { resolveCephBackend, resolveCephClass } from './resolve/ceph.ts'
import { chartOf } from './resolve/chart.ts'
import { resolveDelivery } from './resolve/delivery.ts'
import { resolveMonitoring } from './resolve/monitoring.ts'
import { resolveNfsBackend, resolveNfsClass } from './resolve/nfs.ts'
import { resolvePlatform } from './resolve/platform.ts'
import { resolvePolicies } from './resolve/policies.ts'
import { resourcesOf } from './resolve/resources.ts'
import { resolveSecrets } from './resolve/secrets.ts'
import { resolveSnapshots } from './resolve/snapshots.ts'
import { resolveVelero } from './resolve/velero.ts'
import type { BackendSpec, ClassOfKind, ClassSpec, DriverSpec, LocalBackendSpec, ProxmoxAccessSpec, ProxmoxBackendSpec, ServedDriver, Spec, TopologyTerm, VolumeSpec } from './spec.ts'
import { storageClassParameters } from './storage-class-parameters.ts'
import { stowageVersion } from '../version.ts'
import { withoutUndefined } from './without-undefined.ts'

export const regionLabel = 'topology.kubernetes.io/region'

/** `facts`: those that decide which objects exist, e.g. a snapshot controller that is there already. */
export function resolve({ metadata, spec }: Declaration, facts: Facts = noFacts): Spec {
  const namespace = spec.namespace ?? defaultNamespace
  const backends = Object.entries(spec.backends).map(([name, backend]) => resolveBackend(name, backend, spec))
  const classes = Object.entries(spec.classes).map(([name, declared]) => resolveClass(name, declared, backends, namespace))
  const byName = new Map(classes.map((one) => [one.name, one]))
  const platform = resolvePlatform(spec)
  const velero = resolveVelero(spec)
  return deepFreeze({
    name: metadata.name,
    labels: metadata.labels ?? {},
    namespace,
    driver: resolveDriver(spec.driver ?? {}, spec),
    backends,
    drivers: servedDrivers(backends, classes),
    classes,
    volumes: Object.entries(spec.volumes ?? {}).map(([name, volume]) => resolveVolume(name, volume, byName)),
    platform,
    snapshots: resolveSnapshots(spec, { distribution: platform.distribution, classes, facts }),
    ...(velero === undefined ? {} : { velero }),
    monitoring: resolveMonitoring(spec),
    policies: resolvePolicies(spec),
    secrets: resolveSecrets(spec),
    delivery: resolveDelivery(spec),
  })
}

function resolveBackend(name: string, declared: DeclaredBackend, spec: DeclaredSpec): BackendSpec {
  const { proxmox, local } = declared
  if (proxmox !== undefined) {
    return {
      kind: 'proxmox',
      name,
      region: proxmox.region,
      endpoints: proxmox.endpoints.map((endpoint) => new URL(endpoint).origin),
      secretRef: proxmox.credentials.secretRef,
      tls: withoutUndefined(proxmox.tls ?? {}),
      driver: proxmox.driver ?? 'stowage',
      ...(proxmox.driver === 'proxmox-csi-plugin' ? { chart: chartOf(proxmox.chart, proxmoxChartVersion) } : {}),
      ...(proxmox.access === undefined ? {} : { access: resolveAccess(proxmox.access) }),
    }
  }
  if (local !== undefined) return { kind: 'local', name, path: local.path.replace(/(?<=.)\/+$/, '') }
  const other = resolveNfsBackend(name, declared) ?? resolveCephBackend(name, declared, spec)
  if (other !== undefined) return other
  throw new StorageError('internal', `backend ${name} passed the checks without a kind; report this with the declaration`)
}

function resolveClass(name: string, declared: DeclaredClass, backends: readonly BackendSpec[], namespace: string): ClassSpec {
  const backend = backends.find((one) => one.name === declared.backend)
  if (backend === undefined) throw new StorageError('internal', `class ${name} passed the checks without a backend; report this with the declaration`)
  const alone = backends.filter(({ kind }) => kind === backend.kind).length === 1
  return {
    name,
    ...(declared.renamedFrom === undefined ? {} : { renamedFrom: declared.renamedFrom }),
    backend,
    isDefault: declared.default ?? false,
    reclaimPolicy: declared.reclaimPolicy ?? 'Retain',
    volumeBindingMode: declared.volumeBindingMode ?? 'WaitForFirstConsumer',
    allowVolumeExpansion: declared.allowVolumeExpansion ?? true,
    mountOptions: declared.mountOptions ?? [],
    allowedTopologies: withinRegion(declared.allowedTopologies ?? [], backend, alone),
    fstype: declared.fstype,
    labels: declared.labels ?? {},
    annotations: declared.annotations ?? {},
    ...ofItsKind(name, declared, backend, alone, namespace),
  }
}

function ofItsKind(name: string, declared: DeclaredClass, backend: BackendSpec, alone: boolean, namespace: string): ClassOfKind {
  switch (backend.kind) {
    case 'proxmox':
    case 'local': {
      const parameters = storageClassParameters(backend.kind, declared)
      return {
        volumeKind: backend.kind === 'proxmox' ? 'disk' : 'directory',
        driverName: declared.driverName ?? (servedByUs(backend) ? driverNameOf(backend.kind) : upstreamProxmoxDriver),
        // The upstream plugin does not know our backends' names; it finds the cluster by region.
        parameters: alone || !servedByUs(backend) ? parameters : { ...parameters, backend: backend.name },
      }
    }
    case 'nfs':
      return resolveNfsClass(name, declared, backend)
    case 'rookCeph':
    case 'ceph':
      return resolveCephClass(name, declared, backend, namespace)
  }
}

/** Beside a second Proxmox cluster, a class's volumes must not be asked of the wrong one. */
function withinRegion(terms: readonly TopologyTerm[], backend: BackendSpec, alone: boolean): readonly TopologyTerm[] {
  if (backend.kind !== 'proxmox' || alone) return terms
  const region = { key: regionLabel, values: [backend.region] }
  if (terms.length === 0) return [{ matchLabelExpressions: [region] }]
  return terms.map(({ matchLabelExpressions }) =>
    matchLabelExpressions.some(({ key }) => key === regionLabel) ? { matchLabelExpressions } : { matchLabelExpressions: [region, ...matchLabelExpressions] },
  )
}

function resolveAccess({ user = 'kubernetes-csi@pve', tokenName: token = 'csi', role = 'StowageCSI', vms = [], pool }: NonNullable<NonNullable<DeclaredBackend['proxmox']>['access']>): ProxmoxAccessSpec {
  return { user, token, role, vms, ...(pool === undefined ? {} : { pool }) }
}

/** Whether Stowage's own driver makes this backend's volumes. */
function servedByUs(backend: BackendSpec): backend is LocalBackendSpec | ProxmoxBackendSpec {
  return backend.kind === 'local' || (backend.kind === 'proxmox' && backend.driver === 'stowage')
}

function servedDrivers(backends: readonly BackendSpec[], classes: readonly ClassSpec[]): readonly ServedDriver[] {
  const kinds: readonly BuiltKind[] = (['proxmox', 'local'] as const).filter((kind) => backends.some((backend) => backend.kind === kind && servedByUs(backend)))
  const served = new Map<string, BuiltKind>(kinds.map((kind) => [driverNameOf(kind), kind]))
  for (const { driverName, backend } of classes) if (servedByUs(backend)) served.set(driverName, backend.kind)
  return [...served].map(([name, backend]) => ({ name, backend }))
}

function resolveVolume(name: string, declared: DeclaredVolume, classes: ReadonlyMap<string, ClassSpec>): VolumeSpec {
  const owner = classes.get(declared.class)
  if (owner === undefined) throw new StorageError('internal', `volume ${name} passed the checks without a class; report this with the declaration`)
  return {
    name,
    namespace: declared.namespace,
    claim: declared.claim ?? name,
    class: owner,
    size: Size.parse(declared.size).toString(),
    accessModes: declared.accessModes ?? [owner.backend.kind === 'nfs' ? 'ReadWriteMany' : 'ReadWriteOnce'],
    volumeMode: declared.volumeMode ?? 'Filesystem',
    fstype: declared.fstype ?? owner.fstype,
    readOnly: declared.readOnly ?? false,
    place: placeOf(name, declared, owner.backend),
  }
}

function placeOf(name: string, { handle, node, path }: DeclaredVolume, backend: BackendSpec): VolumeSpec['place'] {
  if (backend.kind === 'nfs' && path !== undefined) return { server: backend.server, share: path.replace(/\/+$/, '') }
  if (handle !== undefined) return { handle }
  if (node !== undefined && path !== undefined) return { node, path: path.replace(/\/+$/, '') }
  throw new StorageError('internal', `volume ${name} passed the checks without a place; report this with the declaration`)
}

const sidecarRegistry = 'registry.k8s.io/sig-storage'
/** Sidecar versions that go together with CSI 1.13 and Kubernetes 1.36, from their release notes. */
const sidecarDefaults = {
  provisioner: `${sidecarRegistry}/csi-provisioner:v6.3.0`,
  attacher: `${sidecarRegistry}/csi-attacher:v4.12.0`,
  resizer: `${sidecarRegistry}/csi-resizer:v2.2.1`,
}

function resolveDriver(declared: DeclaredDriver, spec: DeclaredSpec): DriverSpec {
  return {
    image: `${declared.image ?? 'ghcr.io/stowage-dev/driver'}:${declared.tag ?? stowageVersion}`,
    imagePullPolicy: declared.imagePullPolicy ?? 'IfNotPresent',
    imagePullSecrets: declared.imagePullSecrets ?? [],
    replicas: declared.replicas ?? 1,
    controllerPriorityClass: declared.controllerPriorityClass ?? 'system-cluster-critical',
    nodePriorityClass: declared.nodePriorityClass ?? 'system-node-critical',
    kubeletRoot: resolvePlatform(spec).kubeletRoot,
    logLevel: declared.logLevel ?? 'info',
    nodeSelector: declared.nodeSelector ?? {},
    tolerations: (declared.tolerations ?? []).map(withoutUndefined),
    controllerResources: resourcesOf(declared.controllerResources, { requests: { cpu: '10m', memory: '96Mi' }, limits: { memory: '256Mi' } }),
    nodeResources: resourcesOf(declared.nodeResources, { requests: { cpu: '10m', memory: '96Mi' }, limits: { memory: '256Mi' } }),
    sidecars: { ...sidecarDefaults, ...withoutUndefined(declared.sidecars ?? {}) },
  }
}
