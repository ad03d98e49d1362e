/** `kustomize build` of the rendered folder, the charts beside it where kustomize looks before it pulls. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { objectsIn } from '../documents.ts'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy, type Ran } from '../run-tool.ts'
import { writeFiles } from '../site-files.ts'
import { conform, conformCommand } from './conform.ts'
import { missingObjects } from './same-objects.ts'

export const kustomizeCommand = 'kustomize build --enable-helm'

export const kustomizeBuild: Row = {
  of: 'kustomize',
  command: `${kustomizeCommand} | ${conformCommand}`,
  needs: ['kustomize', 'helm', 'kubeconform'],
  unproved: 'pulling: the charts lie where kustomize looks before it pulls, stand-ins among them',
  appliesTo: (rendered) => filesOf(rendered, 'kustomize').length > 0,
  run: built,
}

async function built(rendered: Rendered, site: Site): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, filesOf(rendered, 'kustomize'))
  for (const { chart } of rendered.plan.helmReleases) {
    const { path, name, version } = site.charts.find(chart.name, chart.version)
    await cp(path, join(folder, 'charts', `${name}-${version}`, name), { recursive: true })
  }
  const ran = await kustomize(site, folder)
  if (ran.code !== 0) return refused(saidBy(ran))
  const missing = missingObjects(rendered.plan.objects.map(({ object }) => object), objectsIn(ran.stdout))
  return missing.length > 0 ? refused(missing.join('\n')) : withEveryObject(await conform(site, ran.stdout))
}

function withEveryObject({ ok, said }: Verdict): Verdict {
  return ok ? accepted(`${said}, every planned one as planned`) : refused(said)
}

export function kustomize(site: Site, folder: string): Promise<Ran> {
  return runTool(site.tool('kustomize'), ['build', '--enable-helm', '--helm-command', site.tool('helm'), folder])
}
