/** Sections that have their place but are not built yet: refused where something would be silently ignored. */
import { fault, type Check } from './check.ts'

/** Owners of a section take its name out when it is built. */
const notBuilt = [] as const

export const sectionsAreBuilt: Check = ({ draft }) =>
  notBuilt.flatMap((name) => {
    const section: object | undefined = draft.spec?.[name]
    if (section === undefined || Object.values(section).every(asksForNothing)) return []
    return [fault('not-built-yet', ['spec', name], `not built yet: spec.${name} would have no effect in this version`, 'remove the section, or wait for a version that has it')]
  })

/** Backups of the storage hosts themselves come with a later version. */
export const hostBackupsAreBuilt: Check = ({ draft }) =>
  draft.spec?.backup?.host === undefined || asksForNothing(draft.spec.backup.host)
    ? []
    : [fault('not-built-yet', ['spec', 'backup', 'host'], 'not built yet: spec.backup.host would have no effect in this version', 'remove it, or wait for a version that has it; spec.backup.velero backs up volumes')]

function asksForNothing(value: unknown): boolean {
  return value === null || value === undefined || value === false || value === 'none'
}
