/** Values of one's own that would undo what Stowage decides. */
import { valueAt } from '../../spec/value-at.ts'
import { fault, type Check, type Fault } from '../check.ts'
import { ofVelero, usesSnapshots, veleroPath } from './subject.ts'

const values = [...veleroPath, 'chart', 'values']

interface Contradiction {
  readonly at: readonly string[]
  readonly wrong: (value: unknown, snapshots: boolean) => boolean
  readonly message: string
  readonly remedy: string
}

const holdsSomething = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length > 0

const contradictions: readonly Contradiction[] = [
  { at: ['configuration', 'uploaderType'], wrong: (value) => value !== 'kopia', message: 'the uploader restic is no longer there: Velero 1.18 refuses to start with it', remedy: 'remove uploaderType; kopia is the only one' },
  { at: ['configuration', 'features'], wrong: (value, snapshots) => snapshots && !String(value).split(',').includes('EnableCSI'), message: 'without the feature EnableCSI no snapshot is taken, and backups silently hold no data', remedy: 'add EnableCSI, or remove features' },
  { at: ['configuration', 'defaultSnapshotMoveData'], wrong: (value, snapshots) => snapshots && value !== true, message: 'snapshots whose data is not moved die with the storage that they are of', remedy: 'remove it' },
  { at: ['deployNodeAgent'], wrong: (value) => value === false, message: 'without the node-agent neither files are read nor snapshots moved: backups hold no data', remedy: 'remove it' },
  { at: ['configuration', 'backupStorageLocation'], wrong: holdsSomething, message: 'locations among the values are not checked, and would stand beside those of the declaration', remedy: 'declare them under spec.backup.velero.locations' },
  { at: ['configuration', 'volumeSnapshotLocation'], wrong: holdsSomething, message: 'locations among the values are not checked, and would stand beside those of the declaration', remedy: 'declare them under spec.backup.velero.snapshotLocations' },
  { at: ['schedules'], wrong: holdsSomething, message: 'schedules among the values are not checked: neither their crons nor how long copies live', remedy: 'declare them under spec.backup.velero.schedules' },
  { at: ['initContainers'], wrong: () => true, message: 'these replace the plugins that the declaration’s providers need', remedy: 'declare images under spec.backup.velero.plugins' },
  { at: ['credentials', 'secretContents'], wrong: holdsSomething, message: 'credentials would stand in the values, and so in every manifest and in the release’s history', remedy: 'make a Secret, and name it in spec.backup.velero.credentials.existingSecret or in a location’s credential' },
  { at: ['cleanUpCRDs'], wrong: (value) => value === true, message: 'with it, uninstalling the release deletes every record of every backup', remedy: 'remove it' },
]

export const valuesDoNotContradict: Check = ofVelero((velero, { raw }) =>
  contradictions.flatMap(({ at, wrong, message, remedy }): readonly Fault[] => {
    const path = [...values, ...at]
    const value = valueAt(raw, path)
    return value === undefined || !wrong(value, usesSnapshots(velero)) ? [] : [fault('chart-values-contradict', path, message, remedy)]
  }),
)
