/** The README of a rendered folder: what is in it, in which order, what must be there before, how to remove it without losing data. */
import type { Plan, PlannedObject } from '../plan/plan.ts'
import { commentText } from './comment-text.ts'
import { fileMarkBegins, type EncodedFile } from './encoded-file.ts'
import { sourceText } from './references-only.ts'
import { releaseName, stepsOf, type Step } from './steps.ts'

export interface Manual {
  /** `Argo CD`. */
  readonly tool: string
  /** How to begin, as paragraphs of Markdown. */
  readonly use: readonly string[]
  /** What this tool can and cannot keep in order. */
  readonly order: readonly string[]
  /** How to take things away, beginning with what stays by itself. */
  readonly removing: readonly string[]
  /** Who does what is to be done on Proxmox. Default: a script for each backend, run by hand. */
  readonly proxmox?: string
  /** What a rename becomes with this tool. */
  readonly renaming: readonly string[]
}

export function readme(plan: Plan, manual: Manual): EncodedFile {
  const parts = [
    `<!-- ${fileMarkBegins.slice(2)}from the declaration: change that. What is edited here is noticed and stops the next render. -->`,
    `# ${plan.name}: storage, as ${manual.tool} takes it`,
    ...manual.use,
    '## What is in it, in order',
    stepTable(stepsOf(plan)),
    ...manual.order,
    ...before(plan),
    ...hostActions(plan, manual),
    '## Removing it without losing data',
    ...manual.removing,
    ...dataList(plan),
    ...renamed(plan, manual),
    ...(plan.notes.length === 0 ? [] : ['## What else to know', list(plan.notes)]),
  ]
  return { path: 'README.md', content: `${parts.join('\n\n')}\n` }
}

function stepTable(steps: readonly Step[]): string {
  const rows = steps.map((step) => `| ${step.file} | ${step.kind === 'objects' ? kindsOf(step.objects) : `chart ${step.release.chart.name} ${step.release.chart.version} as ${releaseName(step.release)} in ${step.release.namespace}`} |`)
  return ['| step | what |', '|---|---|', ...rows].join('\n')
}

function kindsOf(objects: readonly PlannedObject[]): string {
  const counts = new Map<string, number>()
  for (const { object } of objects) counts.set(object.kind, (counts.get(object.kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`)).join(', ')
}

function before({ needs, secrets }: Plan): readonly string[] {
  if (needs.length + secrets.length === 0) return []
  return [
    '## What must be there before',
    list([
      ...needs.map(({ kind, name, namespace, reason }) => `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}: ${reason}`),
      ...secrets.map((secret) => `Secret ${secret.namespace}/${secret.name}, key ${secret.key}, ${sourceText(secret)}: ${secret.reason}`),
    ]),
    'None of the files here holds the content of a Secret.',
  ]
}

function hostActions({ hostActions: actions }: Plan, { proxmox }: Manual): readonly string[] {
  if (actions.length === 0) return []
  const scripts = [...new Set(actions.map(({ backend }) => `\`proxmox-${backend}.sh\``))].join(', ')
  return ['## On Proxmox', proxmox ?? `Nothing that is applied to the cluster does this. ${scripts} does it: copy it to one of the Proxmox hosts and run it there as root, before the rest. The token that it shows once belongs into the Secret that the backend names.`, list(actions.map(({ id, reason }) => `${id}: ${reason}`))]
}

function dataList({ objects, helmReleases }: Plan): readonly string[] {
  const held = [...objects.filter(({ holdsData }) => holdsData), ...helmReleases.filter(({ holdsData }) => holdsData)]
  if (held.length === 0) return ['Nothing of this plan holds data.']
  const shown = held.slice(0, 50).map(({ id, losing }) => `${id}: without it ${losing}`)
  return ['Data is reachable only through these:', list(held.length > 50 ? [...shown, `and ${held.length - 50} more`] : shown)]
}

function renamed({ objects, helmReleases }: Plan, { renaming }: Manual): readonly string[] {
  const lines = [
    ...objects.flatMap(({ id, renamedFrom }) => (renamedFrom === undefined ? [] : [`${renamedFrom} is now ${id}`])),
    ...helmReleases.flatMap((release) => (release.renamedFrom === undefined ? [] : [`the release ${releaseName(release)} is declared as ${release.name} and goes on under its first name, because Helm cannot rename one`])),
  ]
  return lines.length === 0 ? [] : ['## Renamed', list(lines), ...renaming]
}

/** Reasons and notes come from a declaration: one line each, and no Markdown of their own at its beginning. */
function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${commentText(line)}`).join('\n')
}
