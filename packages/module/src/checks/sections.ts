/** Sections that have their place but are not built yet: refused where something would be silently ignored. */
import { fault, type Check } from './check.ts'

type Section = Readonly<Record<string, unknown>>

const asksForNothing = {
  snapshots: (section: Section) => Object.entries(section).every(([key, value]) => key === 'controller' && value === 'none'),
  backup: (section: Section) => Object.values(section).every((value) => value === null || value === undefined),
  monitoring: (section: Section) => Object.values(section).every((value) => value === false),
} as const

const names = ['snapshots', 'backup', 'monitoring'] as const

export const sectionsAreBuilt: Check = ({ draft }) =>
  names.flatMap((name) => {
    const section = draft.spec?.[name]
    if (section === undefined || asksForNothing[name](section)) return []
    return [fault('not-built-yet', ['spec', name], `not built yet: spec.${name} would have no effect in this version`, 'remove the section, or wait for a version that has it')]
  })
