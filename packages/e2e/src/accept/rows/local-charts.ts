/** The small charts that hold the plan's own objects, for Helm and for Terraform. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Format, KubernetesObject } from '@stowage/module'
import { kubernetesVersion } from '@stowage/wire/kubernetes'
import { objectsIn } from '../documents.ts'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy } from '../run-tool.ts'
import { writeFiles } from '../site-files.ts'
import { missingObjects } from './same-objects.ts'

export const localCharts: readonly Row[] = (['helm', 'terraform'] as const).map((format) => ({
  of: format,
  command: 'helm lint --strict, helm template',
  needs: ['helm'],
  appliesTo: (rendered) => filesOf(rendered, format).some(isChart),
  run: (rendered, site) => lintedAndTemplated(rendered, site, format),
}))

const isChart = ({ path }: { readonly path: string }): boolean => /^charts\/[^/]+\/Chart\.yaml$/.test(path)

async function lintedAndTemplated(rendered: Rendered, site: Site, format: Format): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, filesOf(rendered, format))
  const charts = (await readdir(join(folder, 'charts'))).toSorted()
  const made: KubernetesObject[] = []
  for (const chart of charts) {
    const path = join(folder, 'charts', chart)
    const lint = await runTool(site.tool('helm'), ['lint', '--strict', '--quiet', path])
    if (lint.code !== 0) return refused(`${chart}: ${saidBy(lint)}`)
    const template = await runTool(site.tool('helm'), ['template', chart, path, '--namespace', 'kube-system', '--include-crds', '--kube-version', kubernetesVersion])
    if (template.code !== 0) return refused(`${chart}: ${saidBy(template)}`)
    made.push(...objectsIn(template.stdout))
  }
  const missing = missingObjects(rendered.plan.objects.map(({ object }) => object), made, ['helm.sh/resource-policy'])
  return missing.length > 0 ? refused(missing.join('\n')) : accepted(`${charts.length} charts, ${made.length} objects, every planned one as planned`)
}
