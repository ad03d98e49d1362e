/** Values of one's own that would undo what Stowage decides. */
import { valueAt } from '../../spec/value-at.ts'
import { fault, type Check, type Fault } from '../check.ts'
import { ofVelero, usesSnapshots, veleroPath } from './subject.ts'

const values = [...veleroPath, 'chart', 'values']

interface Contradiction {
  readonly at: readonly string[]
  readonly wrong: (value: unknown, snapshots: boolean, ambient: boolean) => boolean
  readonly message: string
  readonly remedy: string
}

const holdsSomething = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length > 0

const holds = (value: unknown): boolean => value !== null && value !== '' && value !== false
const isNoMap = (value: unknown): boolean => typeof value !== 'object' || value === null || Array.isArray(value)

/** Controllers of Velero's server without which there is no backup (pkg/controller/constants.go). */
const needed: ReadonlySet<string> = new Set(['backup', 'backup-operations', 'backup-finalizer', 'backup-repo', 'schedule'])
const decidedArguments = /^--?(?:restore-only|disable-controllers|features|uploader-type|namespace|default-(?:volumes-to-fs-backup|snapshot-move-data|backup-storage-location|backup-ttl))(?:[=\s]|$)/
const undoes = (value: unknown): boolean => (Array.isArray(value) ? value : [value]).some((one: unknown) => typeof one !== 'string' || decidedArguments.test(one))

const contradictions: readonly Contradiction[] = [
  { at: ['configuration', 'uploaderType'], wrong: (value) => value !== 'kopia', message: 'the uploader restic is no longer there: Velero 1.18 refuses to start with it', remedy: 'remove uploaderType; kopia is the only one' },
  { at: ['configuration', 'features'], wrong: (value, snapshots) => snapshots && !String(value).split(',').includes('EnableCSI'), message: 'without the feature EnableCSI no snapshot is taken, and backups silently hold no data', remedy: 'add EnableCSI, or remove features' },
  { at: ['configuration', 'defaultSnapshotMoveData'], wrong: (value, snapshots) => snapshots && value !== true, message: 'snapshots whose data is not moved are lost together with the storage that they were taken of', remedy: 'remove it' },
  { at: ['deployNodeAgent'], wrong: (value) => value !== true, message: 'without the node-agent neither files are read nor snapshots moved: backups hold no data', remedy: 'remove it' },
  { at: ['configuration', 'backupStorageLocation'], wrong: holdsSomething, message: 'locations among the values are not checked, and would stand beside those of the declaration', remedy: 'declare them under spec.backup.velero.locations' },
  { at: ['configuration', 'volumeSnapshotLocation'], wrong: holdsSomething, message: 'locations among the values are not checked, and would stand beside those of the declaration', remedy: 'declare them under spec.backup.velero.snapshotLocations' },
  { at: ['schedules'], wrong: holdsSomething, message: 'schedules among the values are not checked: neither their crons nor how long copies live', remedy: 'declare them under spec.backup.velero.schedules' },
  { at: ['initContainers'], wrong: () => true, message: 'these replace the plugins that the declaration’s providers need', remedy: 'declare images under spec.backup.velero.plugins' },
  { at: ['credentials', 'secretContents'], wrong: holdsSomething, message: 'credentials would stand in the values, and so in every manifest and in the release’s history', remedy: 'make a Secret, and name it in spec.backup.velero.credentials.existingSecret or in a location’s credential' },
  { at: ['configuration'], wrong: isNoMap, message: 'without a map here nothing that the declaration decides reaches Velero', remedy: 'remove it' },
  { at: ['nodeAgent'], wrong: isNoMap, message: 'without a map here the node-agent does not find the volumes', remedy: 'remove it' },
  { at: ['nodeAgent', 'disableHostPath'], wrong: (value) => value === true, message: 'without the directories of the host the node-agent sees no volume, and backups hold no files', remedy: 'remove it' },
  { at: ['configuration', 'restoreOnlyMode'], wrong: holds, message: 'in restore-only mode no backup is made at all', remedy: 'remove it, or leave schedules out' },
  { at: ['configuration', 'disableControllers'], wrong: (value) => String(value).split(',').some((name) => needed.has(name.trim())), message: 'without these controllers no backup is made, or none is finished', remedy: 'remove it' },
  { at: ['configuration', 'namespace'], wrong: holds, message: 'Velero would look for its locations and schedules in another namespace than where they are', remedy: 'write spec.backup.velero.namespace' },
  { at: ['configuration', 'defaultBackupStorageLocation'], wrong: holds, message: 'the default location is decided by the declaration, and two would speak of it', remedy: 'write default: true at one of spec.backup.velero.locations' },
  { at: ['configuration', 'extraArgs'], wrong: undoes, message: 'these arguments undo what the declaration decides: backups would silently hold nothing, or lie elsewhere', remedy: 'remove --restore-only, --disable-controllers, --features, --uploader-type, --namespace and --default-… from them' },
  { at: ['credentials', 'useSecret'], wrong: (value, _, ambient) => value !== true && !ambient, message: 'without the Secret no location can be reached, and no backup is made', remedy: 'remove it, or write spec.backup.velero.credentials.ambient: true' },
  { at: ['credentials', 'existingSecret'], wrong: holds, message: 'credentials are decided by the declaration, and two would speak of them', remedy: 'write spec.backup.velero.credentials.existingSecret' },
  { at: ['cleanUpCRDs'], wrong: (value) => value === true, message: 'with it, uninstalling the release deletes every record of every backup', remedy: 'remove it' },
]

export const valuesDoNotContradict: Check = ofVelero((velero, { raw }) =>
  contradictions.flatMap(({ at, wrong, message, remedy }): readonly Fault[] => {
    const path = [...values, ...at]
    const value = valueAt(raw, path)
    return value === undefined || !wrong(value, usesSnapshots(velero), velero.credentials?.ambient === true) ? [] : [fault('chart-values-contradict', path, message, remedy)]
  }),
)
