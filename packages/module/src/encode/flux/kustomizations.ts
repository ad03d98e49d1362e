/** The Kustomizations of Flux' kustomize-controller: one for each step, each after the steps of the order before. */
import type { Plan, PlannedObject, Ready } from '../../plan/plan.ts'
import { mustStay } from '../delivery-annotations.ts'
import { releaseMustStay, stepsBefore, type Step } from '../steps.ts'
import { fluxName, type FluxSpec } from './sources.ts'

export function kustomizations(plan: Plan, flux: FluxSpec, steps: readonly Step[], withSources: boolean): readonly object[] {
  const first = steps[0]?.order
  return [
    ...(withSources ? [kustomization(plan, flux, 'sources', [], { wait: true, prune: true })] : []),
    ...steps.map((step) => {
      const before = step.order === first ? (withSources ? ['sources'] : []) : stepsBefore(steps, step).map(({ name }) => name)
      return kustomization(plan, flux, step.name, before, waiting(step))
    }),
  ]
}

function kustomization(plan: Plan, flux: FluxSpec, step: string, before: readonly string[], rest: object): object {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: fluxName(plan, step), namespace: flux.namespace },
    spec: {
      interval: flux.interval,
      retryInterval: '2m',
      timeout: '20m',
      sourceRef: flux.sourceRef,
      path: `./${flux.path === '' ? '' : `${flux.path}/`}steps/${step}`,
      ...(before.length === 0 ? {} : { dependsOn: before.map((name) => ({ name: fluxName(plan, name) })) }),
      ...rest,
    },
  }
}

/** Claims may stay pending until a pod wants them: nobody waits for those. */
function waiting(step: Step): object {
  if (step.kind === 'release') return { wait: true, prune: true, ...(releaseMustStay(step.release) ? { deletionPolicy: 'Orphan' } : {}) }
  const expressions = healthCheckExprs(step.objects)
  return {
    wait: step.phase !== 'claims',
    prune: true,
    ...(step.objects.some(mustStay) ? { deletionPolicy: 'Orphan' } : {}),
    ...(expressions.length === 0 ? {} : { healthCheckExprs: expressions }),
  }
}

/** CEL, by kind, for what the plan itself waits for: without it an object without conditions counts as ready when it exists. */
function healthCheckExprs(objects: readonly PlannedObject[]): readonly object[] {
  const byKind = new Map<string, object>()
  for (const { object, ready } of objects) {
    if (ready === undefined) continue
    byKind.set(`${object.apiVersion}/${object.kind}`, { apiVersion: object.apiVersion, kind: object.kind, current: expressionOf(ready) })
  }
  return [...byKind.values()]
}

function expressionOf({ fields = {}, conditions = [] }: Ready): string {
  return [
    ...Object.entries(fields).map(([path, value]) => `${present(path)} && ${path} == ${celText(value)}`),
    ...conditions.map((type) => `has(status.conditions) && status.conditions.exists(e, e.type == ${celText(type)} && e.status == 'True')`),
  ].join(' && ')
}

/** `status.phase` → `has(status.phase)`, `status.a.b` → `has(status.a) && has(status.a.b)`. */
function present(path: string): string {
  const words = path.split('.')
  return words.slice(1).map((_, index) => `has(${words.slice(0, index + 2).join('.')})`).join(' && ')
}

function celText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}
