/** Which objects exist is decided here, by pure functions; every encoding holds the same. */
import { deepFreeze } from '../spec/freeze.ts'
import type { Spec } from '../spec/spec.ts'
import { cephContribution } from './ceph/contribution.ts'
import { classesContribution } from './classes/contribution.ts'
import { redirectImages } from './images/redirect-images.ts'
import { labelsOf } from './labels.ts'
import { monitoringContribution } from './monitoring/contribution.ts'
import { neededDefinitions } from './needed-definitions.ts'
import { phases, type Contribution, type KubernetesObject, type Need, type Phase, type Plan } from './plan.ts'
import { planned } from './planned.ts'
import { policiesContribution } from './policies/contribution.ts'
import { proxmoxAccessContribution } from './proxmox-access/contribution.ts'
import { secretsContribution } from './secrets/contribution.ts'
import { snapshotsContribution } from './snapshots/contribution.ts'
import { stowageContribution } from './stowage/contribution.ts'
import { upstreamContribution } from './upstream/contribution.ts'
import { veleroContribution } from './velero/contribution.ts'
import { volumesContribution } from './volumes/contribution.ts'

/** Each section of the declaration, and what it brings into the plan. Within a phase the plan keeps this order. */
const sections: readonly ((spec: Spec) => Contribution)[] = [
  namespaceContribution, // where everything of Stowage lives
  secretsContribution, // ExternalSecrets, and Secrets that `apply` makes
  stowageContribution, // our own driver
  upstreamContribution, // proxmox-csi-plugin and csi-driver-nfs, for those who stay with them
  snapshotsContribution, // CRDs, controller, VolumeSnapshotClasses
  cephContribution, // Rook's operator, drivers, cluster, filesystems, pools
  classesContribution, // StorageClasses
  volumesContribution, // static volumes
  veleroContribution, // backups
  policiesContribution, // quotas, limit ranges, network policies
  monitoringContribution, // monitors, rules, dashboards
  proxmoxAccessContribution, // the Proxmox user, role, token, ACLs
]

export function planStorage(spec: Spec): Plan {
  const parts = sections.map((section) => section(spec))
  const objects = parts.flatMap((part) => part.objects ?? [])
  const plan: Plan = {
    name: spec.name,
    namespace: spec.namespace,
    objects: inPhases(objects),
    needs: [...parts.flatMap(({ needs }) => needs ?? []), ...neededDefinitions(spec, objects)].filter((need) => !madeHere(spec, need) && !alwaysThere(need)),
    helmReleases: inPhases(parts.flatMap(({ helmReleases }) => helmReleases ?? [])),
    hostActions: parts.flatMap(({ hostActions }) => hostActions ?? []),
    secrets: parts.flatMap(({ secrets }) => secrets ?? []),
    notes: parts.flatMap(({ notes }) => notes ?? []),
  }
  return deepFreeze(redirectImages(plan, spec.platform))
}

/** A Secret of which the declaration says the source is not somebody else's to make. */
function madeHere({ secrets }: Spec, { kind, name, namespace }: Need): boolean {
  return kind === 'Secret' && secrets.some((secret) => secret.name === name && secret.namespace === namespace)
}

/** Namespaces that every cluster makes by itself. */
function alwaysThere({ kind, name }: Need): boolean {
  return kind === 'Namespace' && ['default', 'kube-system', 'kube-public', 'kube-node-lease'].includes(name)
}

/** Stable: within a phase everything stays as the sections gave it. */
function inPhases<T extends { readonly phase: Phase }>(items: readonly T[]): readonly T[] {
  const byPhase = new Map<Phase, T[]>(phases.map((phase) => [phase, []]))
  for (const item of items) byPhase.get(item.phase)?.push(item)
  return [...byPhase.values()].flat()
}

function namespaceContribution(spec: Spec): Contribution {
  const losing = 'the driver stops: mounted volumes stay mounted, nothing new is made, attached or unmounted'
  return { objects: [planned('namespace', namespaceObject(spec), 'the driver runs here; its node pods mount filesystems, so the namespace allows privileged pods', [], losing)] }
}

function namespaceObject(spec: Spec): KubernetesObject {
  const levels = ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'privileged'])
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: spec.namespace, labels: { ...labelsOf(spec, 'system'), ...Object.fromEntries(levels) } } }
}
