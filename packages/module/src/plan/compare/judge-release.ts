/** Releases of Helm charts: their version, and values that hold objects which are judged as objects. */
import { valueAt } from '../../spec/value-at.ts'
import { compareVersions } from '../../spec/version-order.ts'
import type { HelmRelease, KubernetesObject } from '../plan.ts'
import { differences, type Difference } from './differences.ts'
import { together, type Verdict } from './effect.ts'
import { judgeUpdate } from './judge.ts'
import { destroys, interrupting, recreate, safe } from './rule.ts'

export type ReleaseContent = Pick<HelmRelease, 'name' | 'namespace' | 'chart' | 'values'>

export function judgeRelease(before: ReleaseContent, after: ReleaseContent): { readonly fields: readonly Difference[]; readonly verdict: Verdict | undefined } {
  const fields = [...differences(before.chart, after.chart, 'chart'), ...differences(before.values, after.values, 'values')]
  if (fields.length === 0) return { fields, verdict: undefined }
  const inside = clusterIn(before)
  const cluster = inside === undefined ? [] : differences(inside.spec, clusterIn(after)?.spec, 'spec')
  return { fields, verdict: together([...chartVerdicts(before, after), ...(inside === undefined || cluster.length === 0 ? [] : [judgeUpdate(inside, clusterIn(after) ?? inside, cluster)])]) }
}

function chartVerdicts({ chart: before, ...was }: ReleaseContent, { chart: after, name, values }: ReleaseContent): readonly Verdict[] {
  if (before.name !== after.name) return [interrupting(recreate(`release ${name} becomes another chart, ${after.name} instead of ${before.name}: what only the old one brought is deleted`))]
  const order = compareVersions(before.version, after.version)
  if (order > 0) return [recreate(`release ${name} goes back from ${before.version} to ${after.version}: its pods are replaced by older ones, and definitions are not taken back; look whether upstream supports that`)]
  const version = order < 0 ? [safe(`release ${name} is upgraded from ${before.version} to ${after.version}: its pods are replaced, volumes stay mounted`)] : []
  const source = before.repository === after.repository ? [] : [safe(`chart ${after.name} comes from ${after.repository} instead of ${before.repository}`)]
  const changed = differences(was.values, values).length === 0 ? [] : [safe(`release ${name} gets other values: what they change is replaced`)]
  return [...version, ...source, ...changed]
}

/** The CephCluster that the chart rook-ceph-cluster makes of its values, as an object. */
function clusterIn({ chart, values, namespace }: ReleaseContent): KubernetesObject | undefined {
  const spec = valueAt(values, ['cephClusterSpec'])
  if (chart.name !== 'rook-ceph-cluster' || spec === undefined) return undefined
  return { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name: String(valueAt(values, ['clusterName']) ?? namespace), namespace }, spec }
}

export function judgeReleaseRemoval({ name, chart, crds, holdsData, losing }: Pick<HelmRelease, 'name' | 'chart' | 'crds' | 'holdsData' | 'losing'>): Verdict {
  const gone = `release ${name} (${chart.name} ${chart.version}) is uninstalled${losing === '' ? '' : `; ${losing}`}`
  if (holdsData) return destroys(gone)
  if (crds.length > 0) return interrupting(recreate(`${gone}; definitions that the chart does not mark to be kept go, and their objects with them: ${crds.join(', ')}`))
  return interrupting(recreate(gone))
}
