/** Our CEL for Flux' health checks, by the evaluator of its kustomize-controller. */
import type { KubernetesObject, PlannedObject } from '@stowage/module'
import { isFields, objectsIn } from '../documents.ts'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool } from '../run-tool.ts'
import { whenReady } from './when-ready.ts'

export const fluxHealthCommand = "healthCheckExprs in Flux' evaluator"

export const fluxHealth: Row = {
  of: 'flux',
  command: fluxHealthCommand,
  needs: ['flux-health'],
  appliesTo: (rendered) => checks(rendered).length > 0,
  run: judged,
}

async function judged(rendered: Rendered, site: Site): Promise<Verdict> {
  const all = checks(rendered)
  const faults = (await Promise.all(all.map((check) => faultsOf(check, rendered, site)))).flat()
  return faults.length === 0 ? accepted(`${all.length} expressions: waiting before, current when ready`) : refused(faults.join('\n'))
}

async function faultsOf(check: Check, { plan }: Rendered, site: Site): Promise<readonly string[]> {
  const planned = plan.objects.find(({ object, ready }) => ready !== undefined && object.kind === check.kind && object.apiVersion === check.apiVersion)
  if (planned === undefined) return [`${check.kind} is waited for, and the plan waits for none`]
  const { object } = planned
  const said = {
    new: await fluxSays(site, check.current, object),
    begun: await fluxSays(site, check.current, { ...object, status: {} }),
    ready: await fluxSays(site, check.current, whenReady(planned)),
  }
  // Of an object that has no status yet CEL cannot speak; Flux counts that as unknown and waits on.
  const waits = said.new === 'InProgress' || /no such attribute/.test(said.new)
  return [
    ...(waits ? [] : [`${check.kind} without a status: ${said.new}`]),
    ...(said.begun === 'InProgress' ? [] : [`${check.kind} with an empty status: ${said.begun}`]),
    ...(said.ready === 'Current' ? [] : [`${check.kind} that is ready: ${said.ready}`]),
  ]
}

interface Check {
  readonly apiVersion: string
  readonly kind: string
  readonly current: string
}

function checks(rendered: Rendered): readonly Check[] {
  const file = filesOf(rendered, 'flux').find(({ path }) => path === 'kustomizations.yaml')
  return file === undefined ? [] : objectsIn(file.content).flatMap(checksOf)
}

function checksOf({ spec }: KubernetesObject): readonly Check[] {
  const expressions = isFields(spec) ? spec['healthCheckExprs'] : undefined
  return Array.isArray(expressions) ? expressions.filter(isCheck) : []
}

function isCheck(value: unknown): value is Check {
  return isFields(value) && ['apiVersion', 'kind', 'current'].every((field) => typeof value[field] === 'string')
}

/** Current, InProgress, Failed, or why it cannot say. */
export async function fluxSays(site: Site, current: string, object: PlannedObject['object'] | Readonly<Record<string, unknown>>): Promise<string> {
  const { stdout, stderr, code } = await runTool(site.tool('flux-health'), [], { input: JSON.stringify({ current, object }) })
  return (code === 0 ? stdout : stderr).trim()
}
