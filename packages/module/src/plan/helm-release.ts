/** What every release of a chart has: its id, its place, and the declaration's values over Stowage's own. */
import type { ChartSpec } from '../spec/pod-spec.ts'
import { mergeValues } from './merge-values.ts'
import type { HelmRelease } from './plan.ts'

export function helmId(namespace: string, name: string): string {
  return `helm/${namespace}/${name}`
}

/** Named as its chart. */
export function helmRelease(namespace: string, name: string, phase: HelmRelease['phase'], repository: string, { version, values: declared }: ChartSpec, values: Readonly<Record<string, unknown>>): Pick<HelmRelease, 'id' | 'phase' | 'name' | 'namespace' | 'chart' | 'values'> {
  return { id: helmId(namespace, name), phase, name, namespace, chart: { name, repository, version }, values: mergeValues(values, declared) }
}
