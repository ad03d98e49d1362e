/** The chart's release. Locations and schedules are objects of the plan: each has an identity and a guard of its own. */
import type { Resources } from '../../spec/pod-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { valueAt } from '../../spec/value-at.ts'
import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { helmRelease } from '../helm-release.ts'
import { mergeValues } from '../merge-values.ts'
import type { HelmRelease } from '../plan.ts'
import { maintenanceConfigName, releaseName, repositoryConfigName } from './names.ts'
import { veleroCrdNames } from './brought-crds.ts'

const repositoryArgument = `--backup-repository-configmap=${repositoryConfigName}`
const veleroCharts = 'https://vmware-tanzu.github.io/helm-charts'

export function veleroRelease(spec: Spec, velero: VeleroSpec, before: readonly string[]): HelmRelease {
  const release = helmRelease(velero.namespace, releaseName, 'velero', veleroCharts, velero.chart, veleroValues(spec, velero))
  return {
    ...release,
    values: withOwnArguments(release.values),
    reason: 'makes the backups and the restores; the node-agent reads files and moves the data of snapshots',
    dependsOn: before,
    holdsData: false,
    losing: 'no backup is made and none expires until it is back; what lies in the buckets stays',
    crds: veleroCrdNames,
  }
}

/** Arguments that the declaration adds stand beside those that Stowage needs. */
function withOwnArguments(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = valueAt(values, ['configuration', 'extraArgs'])
  const others = Array.isArray(given) ? given.filter((one: unknown) => one !== repositoryArgument) : []
  return mergeValues(values, { configuration: { extraArgs: [repositoryArgument, ...others] } })
}

export function movesData({ enableSnapshotBackups, enableFilesystemBackups }: VeleroSpec): boolean {
  return enableSnapshotBackups || enableFilesystemBackups
}

function veleroValues({ platform }: Spec, velero: VeleroSpec): Readonly<Record<string, unknown>> {
  const { nodeAgent, credentialsSecret } = velero
  return {
    ...(velero.plugins.length === 0 ? {} : { initContainers: velero.plugins.map(({ name, image }) => ({ name, image, imagePullPolicy: 'IfNotPresent', volumeMounts: [{ mountPath: '/target', name: 'plugins' }] })) }),
    resources: velero.serverResources,
    credentials: credentialsSecret === undefined ? { useSecret: false } : { useSecret: true, existingSecret: credentialsSecret },
    backupsEnabled: false,
    snapshotsEnabled: false,
    deployNodeAgent: movesData(velero),
    nodeAgent: {
      podVolumePath: `${platform.kubeletRoot}/pods`,
      pluginVolumePath: `${platform.kubeletRoot}/plugins`,
      resources: nodeAgent.resources,
      tolerations: nodeAgent.tolerations,
      nodeSelector: nodeAgent.nodeSelector,
    },
    configuration: configuration(velero),
    metrics: { enabled: velero.metrics },
    schedules: {},
    upgradeCRDs: true,
    cleanUpCRDs: false,
  }
}

function configuration(velero: VeleroSpec): Readonly<Record<string, unknown>> {
  const { enableSnapshotBackups, enableFilesystemBackups, defaultBackupTTL, locations, snapshotLocations, maintenance } = velero
  const fallback = locations.find(({ isDefault }) => isDefault)
  return {
    backupStorageLocation: [],
    volumeSnapshotLocation: [],
    uploaderType: 'kopia',
    // Part of Velero since 1.14, and still behind its gate.
    ...(enableSnapshotBackups ? { features: 'EnableCSI' } : {}),
    defaultSnapshotMoveData: enableSnapshotBackups,
    defaultVolumesToFsBackup: enableFilesystemBackups,
    defaultBackupTTL,
    ...(fallback === undefined ? {} : { defaultBackupStorageLocation: fallback.name }),
    ...(snapshotLocations.length === 0 ? {} : { defaultVolumeSnapshotLocations: defaultSnapshotLocations(velero) }),
    repositoryMaintenanceJob: {
      repositoryConfigData: { name: maintenanceConfigName, global: { keepLatestMaintenanceJobs: maintenance.keepLatest, ...podResources(maintenance.resources) } },
    },
    // The chart has no key for it; the server has a flag (repository configuration, since 1.15).
    extraArgs: [repositoryArgument],
  }
}

/** `provider:location`, one for each provider. */
function defaultSnapshotLocations({ snapshotLocations }: VeleroSpec): string {
  return [...new Map(snapshotLocations.toReversed().map(({ provider, name }) => [provider, name]))].toReversed().map((pair) => pair.join(':')).join(',')
}

function podResources({ requests, limits }: Resources): object {
  const named = { cpuRequest: requests?.cpu, memoryRequest: requests?.memory, cpuLimit: limits?.cpu, memoryLimit: limits?.memory }
  const given = Object.fromEntries(Object.entries(named).filter(([, amount]) => amount !== undefined))
  return Object.keys(given).length === 0 ? {} : { podResources: given }
}
