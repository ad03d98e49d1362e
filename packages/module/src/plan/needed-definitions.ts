/** Definitions that things of a plan are of and that neither the plan nor its charts bring: somebody else must have installed them. */
import type { Spec } from '../spec/spec.ts'
import type { Need, PlannedObject } from './plan.ts'

const prometheus = 'the Prometheus operator'
/** By group and kind: the name of the definition, and who brings it. */
const foreign: ReadonlyMap<string, { readonly name: string; readonly from: string }> = new Map([
  ['monitoring.coreos.com/PrometheusRule', { name: 'prometheusrules.monitoring.coreos.com', from: prometheus }],
  ['monitoring.coreos.com/ServiceMonitor', { name: 'servicemonitors.monitoring.coreos.com', from: prometheus }],
  ['monitoring.coreos.com/PodMonitor', { name: 'podmonitors.monitoring.coreos.com', from: prometheus }],
  ['external-secrets.io/ExternalSecret', { name: 'externalsecrets.external-secrets.io', from: 'the External Secrets operator' }],
])

/** One need for each definition, however many objects are of it. */
export function neededDefinitions({ backends }: Spec, objects: readonly PlannedObject[]): readonly Need[] {
  const planned = objects.map(({ object: { apiVersion, kind } }) => `${apiVersion.split('/')[0] ?? ''}/${kind}`)
  // Rook makes one by itself, and its CephCluster is never ready while it cannot.
  const rooks = backends.some((backend) => backend.kind === 'rookCeph' && backend.monitoring) ? ['monitoring.coreos.com/ServiceMonitor'] : []
  return [...new Set([...planned, ...rooks])].flatMap((kind): readonly Need[] => {
    const definition = foreign.get(kind)
    return definition === undefined ? [] : [{ kind: 'CustomResourceDefinition', name: definition.name, reason: `${kind.split('/')[1] ?? kind} is a kind of ${definition.from}, which is not Stowage’s to install` }]
  })
}
