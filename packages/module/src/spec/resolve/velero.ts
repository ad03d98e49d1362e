/** Backups: every default filled in, names resolved, tiers made schedules. */
import type { DeclaredSpec } from '../schema/declaration.ts'
import { veleroChartVersion, type DeclaredBackupLocation, type DeclaredRepositoryPassword, type DeclaredSchedule, type DeclaredVelero } from '../schema/velero.ts'
import { isForeignS3, knownProvider, pluginImages } from '../velero-providers.ts'
import type { BackupLocationSpec, ExclusionSpec, PluginSpec, ScheduleSpec, SecretSpec, SnapshotLocationSpec, VeleroSpec } from '../velero-spec.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { resourcesOf } from './resources.ts'
import { chartOf } from './chart.ts'
import { declaredSchedules, type NamedSchedule } from './gfs.ts'
import { hookOf } from './velero-hooks.ts'

/** Both are Velero's own, and cannot be other (pkg/repository/keys). */
export const repositorySecret = { name: 'velero-repo-credentials', key: 'repository-password' } as const
/** The Secret that `velero install` makes; the chart mounts its key `cloud`. */
export const defaultCredentialsSecret = 'cloud-credentials'
const defaultTtl = '720h'

export function resolveVelero({ backup }: DeclaredSpec): VeleroSpec | undefined {
  const declared = backup?.velero
  if (declared === undefined) return undefined
  const namespace = declared.namespace ?? 'velero'
  const strategies = { snapshots: declared.enableSnapshotBackups ?? false, filesystem: declared.enableFilesystemBackups ?? true }
  const locations = resolveLocations(declared)
  const snapshotLocations = Object.entries(declared.snapshotLocations ?? {}).map(([name, { provider, region, config, credential }]): SnapshotLocationSpec => ({
    name,
    provider,
    config: { ...(region === undefined ? {} : { region }), ...config },
    ...(credential === undefined ? {} : { credential }),
  }))
  return {
    namespace,
    chart: chartOf(declared.chart, veleroChartVersion),
    enableSnapshotBackups: strategies.snapshots,
    enableFilesystemBackups: strategies.filesystem,
    defaultBackupTTL: declared.defaultBackupTTL ?? defaultTtl,
    ...credentialsOf(declared, [...locations, ...snapshotLocations]),
    locations,
    snapshotLocations,
    plugins: resolvePlugins(declared, [...locations, ...snapshotLocations].map(({ provider }) => provider)),
    schedules: declaredSchedules(declared).map((one) => resolveSchedule(one, declared, namespace, strategies)),
    repositoryPassword: resolvePassword(declared.repositoryPassword ?? {}),
    nodeAgent: {
      resources: resourcesOf(declared.nodeAgent?.resources, { requests: { cpu: '50m', memory: '256Mi' } }),
      tolerations: declared.nodeAgent?.tolerations?.map(withoutUndefined) ?? [{ operator: 'Exists' }],
      nodeSelector: declared.nodeAgent?.nodeSelector ?? {},
    },
    serverResources: resourcesOf(declared.resources, { requests: { cpu: '50m', memory: '128Mi' } }),
    exclusions: resolveExclusions(declared),
    ...(declared.offsite === undefined ? {} : { offsite: declared.offsite }),
    ...(declared.rpo === undefined ? {} : { rpo: declared.rpo }),
    hooks: Object.entries(declared.hooks ?? {}).toSorted(byName).map(([name, hook]) => hookOf(name, hook)),
    changeStorageClass: declared.changeStorageClass ?? {},
    maintenance: {
      fullMaintenanceInterval: declared.maintenance?.fullMaintenanceInterval ?? 'normalGC',
      keepLatest: declared.maintenance?.keepLatest ?? 3,
      resources: resourcesOf(declared.maintenance?.resources, {}),
    },
    metrics: declared.metrics ?? true,
    restorers: (declared.restorers ?? []).map(({ namespace: of, ...who }) => ({ ...who, ...(of === undefined ? {} : { namespace: of }) })),
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function resolveLocations({ locations = {} }: DeclaredVelero): readonly BackupLocationSpec[] {
  const alone = Object.keys(locations).length === 1
  return Object.entries(locations).map(([name, declared]): BackupLocationSpec => {
    const { provider, bucket, default: isDefault = alone, accessMode = 'ReadWrite', region: _, config: __, ...optional } = declared
    return { name, provider, bucket, isDefault, accessMode, config: locationConfig(declared), ...withoutUndefined(optional) }
  })
}

/** What is written wins over what is known of stores that are not Amazon's. */
export function locationConfig({ provider, region, config = {} }: Pick<DeclaredBackupLocation, 'provider' | 'region' | 'config'>): Readonly<Record<string, string>> {
  return { ...(region === undefined ? {} : { region }), ...(isForeignS3(provider, config) ? { checksumAlgorithm: '' } : {}), ...config }
}

function credentialsOf({ credentials }: DeclaredVelero, places: readonly { readonly credential?: unknown }[]): { readonly credentialsSecret?: string } {
  if (credentials?.existingSecret !== undefined) return { credentialsSecret: credentials.existingSecret }
  const needed = places.some(({ credential }) => credential === undefined) && credentials?.ambient !== true
  return needed ? { credentialsSecret: defaultCredentialsSecret } : {}
}

function resolvePlugins({ plugins = {} }: DeclaredVelero, providers: readonly string[]): readonly PluginSpec[] {
  const known = providers.map(knownProvider).filter((one) => one !== undefined)
  const images = new Map<string, string>(known.map((provider) => [provider, pluginImages[provider]]))
  for (const [provider, image] of Object.entries(plugins)) images.set(knownProvider(provider) ?? provider, image)
  return [...images].toSorted(byName).map(([provider, image]) => ({ name: pluginName(image), provider, image }))
}

/** The image's own last name is the container's, as in Velero's documents: `velero-plugin-for-aws`. */
function pluginName(image: string): string {
  return (image.split('/').at(-1) ?? image).replace(/[@:].*$/, '').toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')
}

function resolveSchedule(one: NamedSchedule<DeclaredSchedule>, velero: DeclaredVelero, namespace: string, strategies: { readonly snapshots: boolean; readonly filesystem: boolean }): ScheduleSpec {
  const { name, tier, rpo, storageLocation, entry = {} } = one
  const excluded = Object.values(velero.exclusions ?? {}).flatMap(({ namespace: whole }) => whole ?? [])
  // The backups' objects are not encrypted, and Velero's namespace holds the password that the data is.
  const own = entry.includedNamespaces === undefined ? [namespace] : []
  return {
    name,
    ...(tier !== undefined || entry.renamedFrom === undefined ? {} : { renamedFrom: entry.renamedFrom }),
    schedule: one.schedule ?? '',
    ttl: one.ttl ?? velero.defaultBackupTTL ?? defaultTtl,
    paused: entry.paused ?? false,
    includedNamespaces: entry.includedNamespaces ?? ['*'],
    excludedNamespaces: [...new Set([...(entry.excludedNamespaces ?? own), ...excluded])].toSorted(),
    ...(entry.labelSelector === undefined ? {} : { labelSelector: withoutUndefined(entry.labelSelector) }),
    ...(storageLocation === undefined ? {} : { storageLocation }),
    volumeSnapshotLocations: strategies.snapshots ? oneForEachProvider(velero) : [],
    snapshotVolumes: strategies.snapshots,
    snapshotMoveData: strategies.snapshots && (entry.snapshotMoveData ?? true),
    defaultVolumesToFsBackup: strategies.filesystem,
    ...(rpo === undefined ? {} : { rpo }),
    ...(tier === undefined ? {} : { tier }),
    template: entry.template ?? {},
  }
}

/** Velero refuses a backup that names two of one provider; the first is taken, unless the schedule's template names another. */
function oneForEachProvider({ snapshotLocations = {} }: DeclaredVelero): readonly string[] {
  const firsts = new Map(Object.entries(snapshotLocations).toReversed().map(([name, { provider }]) => [provider, name]))
  return [...firsts.values()].toSorted()
}

function resolveExclusions({ exclusions = {} }: DeclaredVelero): readonly ExclusionSpec[] {
  return Object.entries(exclusions).toSorted(byName).map(([name, one]) => ({ name, reason: one.reason, ...withoutUndefined({ namespace: one.namespace, storageClass: one.storageClass, pvcLabels: one.pvcLabels }) }))
}

/** Checked to be exactly one. */
function resolvePassword({ externalSecret, environment, file, generate }: DeclaredRepositoryPassword): SecretSpec {
  if (externalSecret !== undefined) {
    const { store, key, property } = externalSecret
    return { from: 'externalSecret', ...repositorySecret, store: { kind: store.kind ?? 'ClusterSecretStore', name: store.name }, remote: { key, ...(property === undefined ? {} : { property }) } }
  }
  if (environment !== undefined) return { from: 'environment', ...repositorySecret, variable: environment }
  if (file !== undefined) return { from: 'file', ...repositorySecret, path: file }
  return generate === true ? { from: 'generate', ...repositorySecret } : { from: 'existing', ...repositorySecret }
}
