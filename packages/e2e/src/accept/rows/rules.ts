/** Alert rules as Prometheus reads them: out of their PrometheusRule objects, one file for each. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { KubernetesObject } from '@stowage/module'
import type { Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy } from '../run-tool.ts'

export const promtoolCommand = 'promtool check rules --lint-fatal'

export const alertRules: Row = {
  of: 'rules',
  command: promtoolCommand,
  needs: ['promtool'],
  appliesTo: (rendered) => ruleObjects(rendered).length > 0,
  run: (rendered, site) => checkedRules(site, ruleObjects(rendered).map(({ spec }) => spec)),
}

function ruleObjects({ plan }: Rendered): readonly KubernetesObject[] {
  return plan.objects.map(({ object }) => object).filter(({ kind }) => kind === 'PrometheusRule')
}

/** `specs`: each `{groups: […]}`, which is a rule file of Prometheus. */
export async function checkedRules(site: Site, specs: readonly unknown[]): Promise<Verdict> {
  const folder = await site.folder()
  const files = await Promise.all(specs.map(async (spec, index) => {
    const file = join(folder, `${index}.yaml`)
    await writeFile(file, stringify(spec))
    return file
  }))
  const ran = await runTool(site.tool('promtool'), ['check', 'rules', '--lint-fatal', ...files])
  if (ran.code !== 0) return refused(saidBy(ran))
  const counted = [...ran.stdout.matchAll(/(\d+) rules found/g)].reduce((sum, [, count]) => sum + Number(count), 0)
  return counted > 0 ? accepted(`${counted} rules`) : refused(`it found no rule: ${saidBy(ran)}`)
}
