/** The chart velero: definitions, the server, the node-agent, and the locations and schedules of its values. */
import { veleroCrds } from '@stowage/wire/crds/velero'
import { arrayAt, at, frozenObject, objectAt, textAt, without } from '../../kubernetes/api/json.ts'
import type { Json, JsonObject } from '../../kubernetes/api/json.ts'
import { object, workload } from '../chart.ts'
import type { LabChart, ReleaseRequest } from '../chart.ts'

export const velero: LabChart = {
  name: 'velero',
  appVersion: () => '1.18.1',
  render: (release) => {
    const { values, namespace, name } = release
    const image = `${textAt(values, 'image', 'repository') || 'docker.io/velero/velero'}:${textAt(values, 'image', 'tag') || 'v1.18.1'}`
    const fullname = textAt(values, 'fullnameOverride') || (name.includes('velero') ? name : `${name}-velero`)
    const crds = veleroCrds.map((each) => frozenObject(each))
    const account = object('v1', 'ServiceAccount', { name: `${fullname}-server`, namespace })
    const secret = secretOf(release, fullname)
    const pod = {
      serviceAccountName: `${fullname}-server`,
      containers: [{ name: 'velero', image, command: ['/velero'], args: ['server', ...argumentsOf(values)] }],
      initContainers: arrayAt(values, 'initContainers').map((each) => objectAt({ each }, 'each')),
      // `plugins` is where the init containers of the plugins leave them.
      volumes: [{ name: 'plugins', emptyDir: {} }, { name: 'scratch', emptyDir: {} }, ...credentialVolumes(values, fullname)],
    }
    const agent = at(values, 'deployNodeAgent') === true ? [workload('DaemonSet', release, 'node-agent', { serviceAccountName: `${fullname}-server`, containers: [{ name: 'node-agent', image, command: ['/velero'], args: ['node-agent', 'server'] }] })] : []
    return { crds, objects: [account, ...secret, ...locationsOf(release), ...schedulesOf(release, fullname), ...agent, workload('Deployment', release, fullname, pod)] }
  },
}

/** Of the chart's many settings those that become arguments of the server under the same name. */
const flags: Readonly<Record<string, string>> = {
  features: 'features', uploaderType: 'uploader-type', defaultBackupStorageLocation: 'default-backup-storage-location', defaultBackupTTL: 'default-backup-ttl',
  defaultItemOperationTimeout: 'default-item-operation-timeout', storeValidationFrequency: 'store-validation-frequency', garbageCollectionFrequency: 'garbage-collection-frequency',
  defaultVolumesToFsBackup: 'default-volumes-to-fs-backup', defaultSnapshotMoveData: 'default-snapshot-move-data', fsBackupTimeout: 'fs-backup-timeout',
}

function argumentsOf(values: JsonObject): readonly string[] {
  const configuration = objectAt(values, 'configuration')
  const own = Object.entries(flags).flatMap(([key, flag]) => {
    const value = configuration[key]
    return value === undefined || value === null || value === '' || value === false ? [] : [value === true ? `--${flag}` : `--${flag}=${String(value)}`]
  })
  return [...own, ...arrayAt(configuration, 'extraArgs').map(String)]
}

function secretOf({ values, namespace }: ReleaseRequest, fullname: string): readonly JsonObject[] {
  const credentials = objectAt(values, 'credentials')
  const contents = objectAt(credentials, 'secretContents')
  if (credentials['useSecret'] === false || textAt(credentials, 'existingSecret') !== '' || Object.keys(contents).length === 0) return []
  const data = Object.fromEntries(Object.entries(contents).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]))
  return [object('v1', 'Secret', { name: textAt(credentials, 'name') || fullname, namespace }, { type: 'Opaque', data })]
}

function credentialVolumes(values: JsonObject, fullname: string): readonly JsonObject[] {
  const credentials = objectAt(values, 'credentials')
  if (credentials['useSecret'] === false) return []
  return [{ name: 'cloud-credentials', secret: { secretName: textAt(credentials, 'existingSecret') || textAt(credentials, 'name') || fullname } }]
}

function locationsOf({ values, namespace }: ReleaseRequest): readonly JsonObject[] {
  const configuration = objectAt(values, 'configuration')
  const backups = at(values, 'backupsEnabled') === false ? [] : arrayAt(configuration, 'backupStorageLocation').filter((each) => textAt(each, 'provider') !== '')
  const snapshots = at(values, 'snapshotsEnabled') === false ? [] : arrayAt(configuration, 'volumeSnapshotLocation').filter((each) => textAt(each, 'provider') !== '')
  return [
    ...backups.map((each) => object('velero.io/v1', 'BackupStorageLocation', { name: textAt(each, 'name') || 'default', namespace }, { spec: backupSpec(each) })),
    ...snapshots.map((each) => object('velero.io/v1', 'VolumeSnapshotLocation', { name: textAt(each, 'name') || 'default', namespace }, { spec: { provider: textAt(each, 'provider'), ...defined(each, ['config', 'credential']) } })),
  ]
}

function backupSpec(location: Json): JsonObject {
  const objectStorage = { bucket: textAt(location, 'bucket'), ...defined(location, ['prefix', 'caCert']) }
  return { provider: textAt(location, 'provider'), objectStorage, ...defined(location, ['default', 'accessMode', 'validationFrequency', 'backupSyncPeriod', 'config']), ...credentialOf(location) }
}

function credentialOf(location: Json): JsonObject {
  const credential = objectAt(location, 'credential')
  return textAt(credential, 'name') === '' ? {} : { credential: { name: textAt(credential, 'name'), key: textAt(credential, 'key') } }
}

function defined(from: Json, keys: readonly string[]): JsonObject {
  const given = objectAt({ from }, 'from')
  return Object.fromEntries(keys.flatMap((key) => (given[key] === undefined || given[key] === null || given[key] === '' ? [] : [[key, given[key]]])))
}

function schedulesOf({ values, namespace }: ReleaseRequest, fullname: string): readonly JsonObject[] {
  return Object.entries(objectAt(values, 'schedules')).flatMap(([name, schedule]) => {
    if (at(schedule, 'disabled') === true) return []
    const spec = without(objectAt({ schedule }, 'schedule'), 'labels', 'annotations', 'disabled')
    return [object('velero.io/v1', 'Schedule', { name: `${fullname}-${name}`, namespace, labels: objectAt(schedule, 'labels'), annotations: objectAt(schedule, 'annotations') }, { spec })]
  })
}
