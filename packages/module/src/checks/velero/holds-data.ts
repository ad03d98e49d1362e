/** Closure of each schedule: what a backup leaves out must not be what it is made for. */
import { fault, warning, type Check, type Fault } from '../check.ts'
import { about, pathOf } from './schedules.ts'
import { ofVelero, readsFiles, schedulesOf, usesSnapshots, veleroPath, type DraftVelero } from './subject.ts'

type Named = ReturnType<typeof schedulesOf>[number]

/** Filters of a BackupSpec that take claims or pods away: the node-agent finds volumes by their pods, snapshots are found by their claims. */
export const backupsHoldVolumes: Check = ofVelero((velero) => {
  if (!usesSnapshots(velero) && !readsFiles(velero)) return []
  const all = schedulesOf(velero)
  const whole = all.some((one) => one.entry?.paused !== true && emptiedBy(one, velero) === undefined)
  return all.flatMap((one): readonly Fault[] => {
    const emptied = emptiedBy(one, velero)
    if (emptied === undefined) return []
    const say = whole ? warning : fault
    return [about(one, say('backup-without-data', pathOf(one, 'template', emptied.field), `${emptied.field} of schedule ${one.name} leaves out ${emptied.what}: its backups hold no data of any volume`, 'remove it, or leave out other kinds only'))]
  })
})

function emptiedBy({ entry }: Named, velero: DraftVelero): { readonly field: string; readonly what: string } | undefined {
  const needed = usesSnapshots(velero) ? [claims] : [claims, pods]
  for (const { field, takes } of filters) {
    const list: unknown = entry?.template?.[field]
    if (!Array.isArray(list)) continue
    const names = list.map((one) => String(one).toLowerCase())
    const lost = needed.find(({ words }) => names.some((name) => words.includes(name)) !== takes)
    if (lost !== undefined) return { field, what: lost.what }
  }
  return undefined
}

interface Kind {
  readonly what: string
  readonly words: readonly string[]
}

/** As kubectl takes them: plural, singular, short, and everything. */
const claims: Kind = { what: 'the claims', words: ['persistentvolumeclaims', 'persistentvolumeclaim', 'pvc', '*'] }
const pods: Kind = { what: 'the pods', words: ['pods', 'pod', 'po', '*'] }

/** `takes`: whether what is not named is left out. */
const filters = [
  { field: 'includedResources', takes: true },
  { field: 'includedNamespaceScopedResources', takes: true },
  { field: 'excludedResources', takes: false },
  { field: 'excludedNamespaceScopedResources', takes: false },
] as const

/** Globs leave out what they match; `*` leaves out everything, and Velero makes an empty backup without a word. */
export const somethingIsLeft: Check = ofVelero((velero) => {
  const exclusions = Object.entries(velero.exclusions ?? {})
  const everywhere = exclusions.flatMap(([name, one]) => (one?.namespace === '*' ? [fault('namespace-in-and-out', [...veleroPath, 'exclusions', name, 'namespace'], `exclusion ${name} leaves out every namespace: backups would hold nothing`, 'name the namespaces that may be lost')] : []))
  const unlabelled = exclusions.flatMap(([name, one]) =>
    one?.pvcLabels !== undefined && Object.keys(one.pvcLabels).length === 0 ? [fault('exclusion-of-nothing', [...veleroPath, 'exclusions', name, 'pvcLabels'], `pvcLabels of exclusion ${name} is empty, and a policy without labels holds for every volume: backups would hold no data`, 'write at least one label, or remove it')] : [],
  )
  const globs = exclusions.flatMap(([, one]) => one?.namespace ?? [])
  return [...everywhere, ...unlabelled, ...schedulesOf(velero).flatMap((one) => emptiedSchedule(one, globs))]
})

function emptiedSchedule(one: Named, globs: readonly string[]): readonly Fault[] {
  const { includedNamespaces = [], excludedNamespaces = [] } = one.entry ?? {}
  const out = [...excludedNamespaces, ...globs].filter((glob) => glob !== undefined)
  const path = one.tier === undefined ? [...veleroPath, 'schedules', one.name] : [...veleroPath, 'schedules', 'gfs']
  if (excludedNamespaces.includes('*')) return [about(one, fault('namespace-in-and-out', [...path, 'excludedNamespaces'], `schedule ${one.name} leaves out every namespace: its backups would hold nothing`, 'name the namespaces that may be lost'))]
  const gone = includedNamespaces.map((name) => out.find((glob) => glob.includes('*') && glob !== '*' && name !== undefined && matches(glob, name)))
  const [first] = gone
  return first === undefined || gone.includes(undefined) ? [] : [about(one, fault('namespace-in-and-out', [...path, 'includedNamespaces'], `every namespace that schedule ${one.name} includes is left out again by ${gone.filter((glob, index) => gone.indexOf(glob) === index).join(', ')}: its backups would hold nothing`, 'decide for one of the two'))]
}

/** Each part between two stars in its order; without a regular expression, so that no name takes long. */
function matches(glob: string, name: string): boolean {
  const [begin = '', ...parts] = glob.split('*')
  const end = parts.pop()
  if (end === undefined) return glob === name
  let at = begin.length
  for (const part of parts) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.startsWith(begin) && name.endsWith(end) && name.length - end.length >= at
}
