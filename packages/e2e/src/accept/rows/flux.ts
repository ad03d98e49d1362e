/** Each step as Flux' own build makes it, without a cluster. */
import { join } from 'node:path'
import type { KubernetesObject } from '@stowage/module'
import { isFields, objectsIn } from '../documents.ts'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy, type Ran } from '../run-tool.ts'
import { writeFiles } from '../site-files.ts'
import { missingObjects } from './same-objects.ts'

export const fluxCommand = 'flux build kustomization --dry-run'

export const fluxBuild: Row = {
  of: 'flux',
  command: fluxCommand,
  needs: ['flux'],
  unproved: 'what the controllers do: nothing is fetched',
  appliesTo: (rendered) => filesOf(rendered, 'flux').length > 0,
  run: built,
}

async function built(rendered: Rendered, site: Site): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, filesOf(rendered, 'flux'))
  const steps = objectsIn(filesOf(rendered, 'flux').find(({ path }) => path === 'kustomizations.yaml')?.content ?? '')
  const made: KubernetesObject[] = []
  for (const step of steps) {
    const { name } = step.metadata
    const ran = await fluxBuilds(site, name, join(folder, 'steps', stepOf(step)), join(folder, 'kustomizations.yaml'))
    if (ran.code !== 0) return refused(`${name}: ${saidBy(ran)}`)
    made.push(...objectsIn(ran.stdout))
  }
  const missing = missingObjects(rendered.plan.objects.map(({ object }) => object), made, added)
  return missing.length > 0 ? refused(missing.join('\n')) : accepted(`${steps.length} Kustomizations, ${made.length} objects, every planned one as planned`)
}

/** `path`: folder of the step; `file`: where the Kustomization stands. */
export function fluxBuilds(site: Site, name: string, path: string, file: string): Promise<Ran> {
  return runTool(site.tool('flux'), ['build', 'kustomization', name, '--dry-run', '--path', path, '--kustomization-file', file])
}

/** What Flux and our encoding for it put on objects. */
const added = ['kustomize.toolkit.fluxcd.io/name', 'kustomize.toolkit.fluxcd.io/namespace', 'kustomize.toolkit.fluxcd.io/prune', 'kustomize.toolkit.fluxcd.io/force']

/** `./clusters/home/storage/steps/classes` → `classes`. */
function stepOf({ metadata, spec }: KubernetesObject): string {
  const path = isFields(spec) ? spec['path'] : undefined
  const step = typeof path === 'string' ? /\/steps\/([^/]+)$/.exec(path)?.[1] : undefined
  if (step === undefined) throw new Error(`Kustomization ${metadata.name} has no path that ends in steps/<step>`)
  return step
}
