/** A Backup's step: pkg/controller/backup_controller.go and its finalizer of Velero v1.18, one phase to a round. No data is moved. */
import { arrayAt, at, numberAt, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { core, velero } from '../cluster-api.ts'
import { difference, nameOf, namespaceOf, timeText, writeStatus } from '../objects.ts'
import { durationText, parseDuration } from './duration.ts'
import type { VeleroParts } from './parts.ts'
import type { VeleroServer } from './server.ts'
import { volumeOutcome } from './volumes.ts'

const place = { kind: velero.backups, subresource: false }
const fourHoursMs = 4 * 3_600_000

export async function settleBackup(parts: VeleroParts, server: VeleroServer, backup: JsonObject): Promise<void> {
  switch (textAt(backup, 'status', 'phase')) {
    case '':
    case 'New':
      return begin(parts, server, backup)
    case 'InProgress':
      return run(parts, server, backup)
    case 'WaitingForPluginOperations':
      return wait(parts, server, backup)
    case 'Finalizing':
      return end(parts, backup, 'Completed')
    case 'FinalizingPartiallyFailed':
      return end(parts, backup, 'PartiallyFailed')
    default:
      return expire(parts, backup)
  }
}

/** What was left open is filled in; what cannot be is refused before anything is written to the store. */
async function begin(parts: VeleroParts, server: VeleroServer, backup: JsonObject): Promise<void> {
  const { api, now } = parts
  const ttlMs = parseDuration(textAt(backup, 'spec', 'ttl')) ?? server.defaultTtlMs
  const location = await locationOf(parts, server, backup)
  const spec = {
    ...objectAt(backup, 'spec'),
    ttl: durationText(ttlMs),
    storageLocation: location.name,
    csiSnapshotTimeout: textAt(backup, 'spec', 'csiSnapshotTimeout') || '10m0s',
    itemOperationTimeout: textAt(backup, 'spec', 'itemOperationTimeout') || '4h0m0s',
    defaultVolumesToFsBackup: at(backup, 'spec', 'defaultVolumesToFsBackup') ?? server.defaultFsBackup,
    snapshotMoveData: at(backup, 'spec', 'snapshotMoveData') ?? server.defaultMoveData,
    includedNamespaces: orAll(arrayAt(backup, 'spec', 'includedNamespaces')),
  }
  const faults = [...location.faults, ...(await otherFaults(parts, backup))]
  const status: JsonObject = {
    version: 1,
    formatVersion: '1.1.0',
    expiration: timeText(now() + ttlMs),
    ...(faults.length > 0 ? { phase: 'FailedValidation', validationErrors: faults } : { phase: 'InProgress', startTimestamp: timeText(now()) }),
  }
  const change = { metadata: { labels: { 'velero.io/storage-location': location.name } }, spec: difference(objectAt(backup, 'spec'), spec), status }
  await api.patch(velero.backups, nameOf(backup), namespaceOf(backup), change)
}

function orAll(namespaces: readonly Json[]): Json {
  return namespaces.length === 0 ? ['*'] : namespaces
}

interface ChosenLocation {
  readonly name: string
  readonly faults: readonly string[]
}

async function locationOf({ api }: VeleroParts, server: VeleroServer, backup: JsonObject): Promise<ChosenLocation> {
  const asked = textAt(backup, 'spec', 'storageLocation')
  const all = await api.list(velero.locations, namespaceOf(backup))
  const name = asked || nameOf(all.find((each) => at(each, 'spec', 'default') === true) ?? {}) || server.defaultLocation
  const location = all.find((each) => nameOf(each) === name)
  if (location === undefined) {
    const which = asked === '' ? `the server default ${name} does not exist` : `the default ${name} was not found`
    const error = `backupstoragelocations.velero.io ${JSON.stringify(name)} not found`
    return { name, faults: [`an existing backup storage location was not specified at backup creation time and ${which}. Please address this issue (see \`velero backup-location -h\` for options) and create a new backup. Error: ${error}`] }
  }
  const readOnly = textAt(location, 'spec', 'accessMode') === 'ReadOnly' ? [`backup can't be created because backup storage location ${name} is currently in read-only mode`] : []
  const unavailable = textAt(location, 'status', 'phase') === 'Available' ? [] : [`backup can't be created because BackupStorageLocation ${name} is in Unavailable status.`]
  return { name, faults: [...readOnly, ...unavailable] }
}

async function otherFaults({ api }: VeleroParts, backup: JsonObject): Promise<readonly string[]> {
  const faults: string[] = []
  for (const name of arrayAt(backup, 'spec', 'volumeSnapshotLocations').map(String)) {
    if ((await api.get(velero.snapshotLocations, name, namespaceOf(backup))) !== undefined) continue
    faults.push(`a VolumeSnapshotLocation CRD for the location ${name} with the name specified in the backup spec needs to be created before this snapshot can be executed. Error: volumesnapshotlocations.velero.io ${JSON.stringify(name)} not found`)
  }
  const policy = textAt(backup, 'spec', 'resourcePolicy', 'name')
  if (policy !== '' && (await api.get(core.configMaps, policy, namespaceOf(backup))) === undefined) {
    faults.push(`invalid resource policies: failed to get resource policies ConfigMap ${namespaceOf(backup)}/${policy}: configmaps ${JSON.stringify(policy)} not found`)
  }
  if (at(backup, 'spec', 'labelSelector') !== undefined && at(backup, 'spec', 'orLabelSelectors') !== undefined) {
    faults.push('encountered labelSelector as well as orLabelSelectors in backup spec, only one can be specified')
  }
  return faults
}

async function run(parts: VeleroParts, server: VeleroServer, backup: JsonObject): Promise<void> {
  const outcome = await volumeOutcome(parts.api, server, backup)
  const failed = outcome.errors.length > 0
  const phase = outcome.waitsForMover ? 'WaitingForPluginOperations' : failed ? 'FinalizingPartiallyFailed' : 'Finalizing'
  const counts = outcome.snapshotsAttempted === 0 ? {} : { csiVolumeSnapshotsAttempted: outcome.snapshotsAttempted, csiVolumeSnapshotsCompleted: outcome.snapshotsMade }
  await writeStatus(parts.api, place, backup, { ...objectAt(backup, 'status'), ...counts, phase, ...(failed ? { errors: outcome.errors.length } : {}) })
}

/** Data that no node-agent moves is given up after the operation's time. */
async function wait(parts: VeleroParts, server: VeleroServer, backup: JsonObject): Promise<void> {
  const status = objectAt(backup, 'status')
  if (server.hasNodeAgent) return void (await writeStatus(parts.api, place, backup, { ...status, phase: 'Finalizing' }))
  const timeout = parseDuration(textAt(backup, 'spec', 'itemOperationTimeout')) ?? fourHoursMs
  if (parts.now() - Date.parse(textAt(status, 'startTimestamp')) < timeout) return
  const lost = numberAt(status, 'csiVolumeSnapshotsCompleted') ?? 1
  await writeStatus(parts.api, place, backup, { ...status, phase: 'FinalizingPartiallyFailed', errors: lost, backupItemOperationsAttempted: lost, backupItemOperationsFailed: lost })
}

async function end({ api, now }: VeleroParts, backup: JsonObject, phase: 'Completed' | 'PartiallyFailed'): Promise<void> {
  await writeStatus(api, place, backup, { ...objectAt(backup, 'status'), phase, completionTimestamp: timeText(now()) })
}

/** Velero's garbage collection, without its hourly patience. */
async function expire({ api, now }: VeleroParts, backup: JsonObject): Promise<void> {
  const expiration = Date.parse(textAt(backup, 'status', 'expiration'))
  if (!Number.isNaN(expiration) && expiration <= now()) await api.delete(velero.backups, nameOf(backup), namespaceOf(backup))
}
