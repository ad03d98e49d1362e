/** A place in the declaration that is not built yet: refused where something would be silently ignored. */
import { fault, type Check } from '../check.ts'

/** Backups of the storage hosts themselves come with a later version. */
export const hostBackupsAreBuilt: Check = ({ draft }) =>
  draft.spec?.backup?.host === undefined || asksForNothing(draft.spec.backup.host)
    ? []
    : [fault('not-built-yet', ['spec', 'backup', 'host'], 'not built yet: spec.backup.host would have no effect in this version', 'remove it, or wait for a version that has it; spec.backup.velero backs up volumes')]

function asksForNothing(value: unknown): boolean {
  return value === null || value === undefined || value === false || value === 'none'
}
