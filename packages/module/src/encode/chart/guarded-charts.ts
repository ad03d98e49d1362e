/** A chart for each step of objects, what holds data apart from the rest: a guard on a release then guards exactly that. */
import type { Plan } from '../../plan/plan.ts'
import { mustStay } from '../delivery-annotations.ts'
import { stepsOf, type ObjectStep, type ReleaseStep, type Step } from '../steps.ts'
import { named, released } from '../names-in-cluster.ts'
import type { LocalChart } from './local-chart.ts'

export interface ChartStep {
  readonly kind: 'chart'
  readonly step: ObjectStep
  readonly chart: LocalChart
  /** Whether losing the release would lose data, or what data goes with. */
  readonly guarded: boolean
}

export type GuardedStep = ChartStep | { readonly kind: 'release'; readonly step: ReleaseStep }

export function guardedSteps(plan: Plan): readonly GuardedStep[] {
  return stepsOf(plan).flatMap((step) => guardedStep(plan, step))
}

function guardedStep(plan: Plan, step: Step): readonly GuardedStep[] {
  if (step.kind === 'release') return [{ kind: 'release', step }]
  const [data, rest] = [step.objects.filter(mustStay), step.objects.filter((planned) => !mustStay(planned))]
  return [
    ...(data.length === 0 ? [] : [chartStep(plan, step, data, true)]),
    ...(rest.length === 0 ? [] : [chartStep(plan, step, rest, false)]),
  ]
}

function chartStep(plan: Plan, step: ObjectStep, objects: ObjectStep['objects'], guarded: boolean): ChartStep {
  const name = named(plan.name, `${step.name}${guarded ? '-kept' : ''}`, released)
  return { kind: 'chart', step, guarded, chart: { name, description: `${step.name} of ${plan.name}${guarded ? ': what must never be removed by itself' : ''}`, objects } }
}
