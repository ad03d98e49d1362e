/** Values that the declaration hands on to charts: a key that nothing reads is named. */
import { didYouMean, isMap } from '@stowage/core'
import { rookCrds } from '@stowage/wire/crds/rook'
import { chartSources, type PinnedChart } from '@stowage/wire/charts'
import { servedVersion } from '@stowage/wire/crds/served-version'
import { pruned } from '@stowage/wire/structural-schema/unknown-fields'
import { valueAt } from '../../spec/value-at.ts'
import { backendsOf, warning, type Check, type Fault, type Subject } from '../check.ts'
import { unknownChartValues } from './unknown-chart-values.ts'

interface HandedOn {
  readonly chart: PinnedChart
  /** Where the chart is declared. */
  readonly path: readonly string[]
}

function chartsOf(subject: Subject): readonly HandedOn[] {
  const backends = backendsOf(subject).flatMap(([name]): readonly HandedOn[] => {
    const at = (...path: readonly string[]): readonly string[] => ['spec', 'backends', name, ...path]
    return [
      { chart: 'rook-ceph', path: at('rookCeph', 'charts', 'operator') },
      { chart: 'ceph-csi-drivers', path: at('rookCeph', 'charts', 'csiDrivers') },
      { chart: 'rook-ceph-cluster', path: at('rookCeph', 'charts', 'cluster') },
      { chart: 'ceph-csi-drivers', path: at('ceph', 'charts', 'csiDrivers') },
      { chart: 'csi-driver-nfs', path: at('nfs', 'chart') },
      { chart: 'proxmox-csi-plugin', path: at('proxmox', 'chart') },
    ]
  })
  return [...backends, { chart: 'velero', path: ['spec', 'backup', 'velero', 'chart'] }]
}

const valuesAreRead: Check = (subject) =>
  chartsOf(subject).flatMap(({ chart, path }): readonly Fault[] => {
    const values = valueAt(subject.raw, [...path, 'values'])
    if (values === undefined) return []
    const unknown = unknownChartValues(chart, values).map(({ path: inner, known }) => notRead(chart, [...path, 'values', ...inner], didYouMean(String(inner.at(-1)), known)))
    return chart === 'rook-ceph-cluster' ? [...unknown, ...unknownInCluster(valueAt(values, ['cephClusterSpec']), [...path, 'values', 'cephClusterSpec'])] : unknown
  })

function notRead(chart: PinnedChart, path: readonly (string | number)[], remedy: string): Fault {
  return warning('unknown-chart-value', path, `nothing in the chart ${chart} ${chartSources[chart].version} reads ${path.slice(path.indexOf('values') + 1).join('.')}`, remedy)
}

/** What the chart hands on to the CephCluster, its definition knows. */
function unknownInCluster(spec: unknown, path: readonly string[]): readonly Fault[] {
  const definition = rookCrds.find((one) => one.spec.names.kind === 'CephCluster')
  const schema = definition === undefined ? undefined : servedVersion(definition, 'ceph.rook.io/v1')?.schema?.openAPIV3Schema
  if (schema === undefined || !isMap(spec)) return []
  const { unknown } = pruned(schema, JSON.parse(JSON.stringify({ spec })))
  return unknown.map((place) => notRead('rook-ceph-cluster', [...path, ...place.replace(/^spec\.?/, '').split(/[.[\]]+/).filter((part) => part !== '')], 'write it as the CephCluster’s reference says, or remove it'))
}

export const chartsChecks: readonly Check[] = [
  valuesAreRead, // every value that is handed on is read by its chart
]
