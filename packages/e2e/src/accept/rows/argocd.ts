/** Applications through Argo CD's own types, and our health checks in its own interpreter. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { PlannedObject } from '@stowage/module'
import { documentsIn, objectsIn } from '../documents.ts'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy, type Ran } from '../run-tool.ts'
import { lostValues } from './releases.ts'
import { whenReady } from './when-ready.ts'

export const readCommand = 'argocd admin app generate-spec --file'
export const healthCommand = 'argocd admin settings resource-overrides health'

export const argocdReads: Row = {
  of: 'argocd',
  command: readCommand,
  needs: ['argocd'],
  unproved: 'more than that Argo CD knows each field: nothing is fetched or synced',
  appliesTo: (rendered) => filesOf(rendered, 'argocd').length > 0,
  run: async (rendered, site) => {
    const applications = filesOf(rendered, 'argocd').filter(({ path }) => path === 'root.yaml' || path.startsWith('applications/'))
    const verdicts = await Promise.all(applications.map(({ content }) => readByArgocd(site, content)))
    return verdicts.find(({ ok }) => !ok) ?? accepted(`${verdicts.length} Applications`)
  },
}

export const argocdHealth: Row = {
  of: 'argocd',
  command: healthCommand,
  needs: ['argocd'],
  appliesTo: (rendered) => checkedKinds(rendered).length > 0,
  run: judged,
}

/** Argo CD forgets what it does not know: what it prints must hold all that it was given. */
export async function readByArgocd(site: Site, application: string): Promise<Verdict> {
  const file = join(await site.folder(), 'application.yaml')
  await writeFile(file, application)
  const ran = await argocd(site, ['admin', 'app', 'generate-spec', '--file', file, '--output', 'yaml'])
  if (ran.code !== 0) return refused(saidBy(ran))
  const [given] = documentsIn(application)
  const [read] = documentsIn(ran.stdout)
  // It leaves the namespace to whoever applies what it prints, and leaves out what is false by default.
  const lost = lostValues(given, read).filter((path) => path !== 'metadata.namespace' && path !== 'spec.syncPolicy.automated.prune')
  return lost.length === 0 ? accepted('read') : refused(`Argo CD does not know ${lost.join(', ')}`)
}

async function judged(rendered: Rendered, site: Site): Promise<Verdict> {
  const patch = filesOf(rendered, 'argocd').find(({ path }) => path === 'argocd-cm-patch.yaml')
  if (patch === undefined) return refused('there is no argocd-cm-patch.yaml')
  const folder = await site.folder()
  const settings = join(folder, 'argocd-cm.yaml')
  await writeFile(settings, labelled(patch.content))
  const kinds = checkedKinds(rendered)
  const faults = (await Promise.all(kinds.map((planned) => healthFaults(site, settings, planned)))).flat()
  return faults.length === 0 ? accepted(`${kinds.length} kinds: progressing before, healthy when ready`) : refused(faults.join('\n'))
}

/** The ConfigMap of an installation has this label; a patch for it need not. */
function labelled(patch: string): string {
  const [object] = objectsIn(patch)
  if (object === undefined) throw new Error('argocd-cm-patch.yaml is empty')
  return stringify({ ...object, metadata: { ...object.metadata, labels: { 'app.kubernetes.io/part-of': 'argocd' } } })
}

/** One object of each kind that the patch has a check for. */
function checkedKinds(rendered: Rendered): readonly PlannedObject[] {
  const patch = filesOf(rendered, 'argocd').find(({ path }) => path === 'argocd-cm-patch.yaml')?.content ?? ''
  const kinds = new Map<string, PlannedObject>()
  for (const planned of rendered.plan.objects) {
    const key = `${planned.object.apiVersion.split('/')[0]}_${planned.object.kind}`
    if (planned.ready !== undefined && patch.includes(`resource.customizations.health.${key}`)) kinds.set(key, planned)
  }
  return [...kinds.values()]
}

async function healthFaults(site: Site, settings: string, planned: PlannedObject): Promise<readonly string[]> {
  const { object } = planned
  const before = await healthOf(site, settings, object)
  const after = await healthOf(site, settings, whenReady(planned))
  return [
    ...(before === 'Progressing' ? [] : [`${object.kind} without a status is ${before}, not Progressing`]),
    ...(after === 'Healthy' ? [] : [`${object.kind} that is ready is ${after}, not Healthy`]),
  ]
}

/** `settings`: path of an argocd-cm; the word that Argo CD says, or what it says instead of one. */
export async function healthOf(site: Site, settings: string, object: object): Promise<string> {
  const file = join(await site.folder(), 'object.yaml')
  await writeFile(file, stringify(object))
  const ran = await argocd(site, ['admin', 'settings', 'resource-overrides', 'health', file, '--argocd-cm-path', settings])
  return /^STATUS: (\w+)$/m.exec(ran.stdout)?.[1] ?? saidBy(ran)
}

function argocd(site: Site, args: readonly string[]): Promise<Ran> {
  return runTool(site.tool('argocd'), args, { env: { ARGOCD_BINARY_NAME: 'argocd' } })
}
