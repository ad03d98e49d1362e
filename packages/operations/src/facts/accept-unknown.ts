/** Before a CephCluster, a filesystem or a pool is first made, what nobody knows about it must have been accepted. */
import type { Finding } from '@stowage/core'
import { refOf } from '@stowage/kubernetes'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { HelmRelease } from '@stowage/module'
import { adviceChecks } from '@stowage/module/checks/feasibility/rules'
import { valueAt } from '@stowage/module/spec/value-at'
import type { AppliableObject } from '../apply/stowage-plan.ts'
import type { Step } from '../steps/step.ts'

export interface UnknownsToAccept {
  readonly client: KubernetesClient
  /** Of the plan. */
  readonly objects: readonly AppliableObject[]
  /** Of the plan; the chart rook-ceph-cluster makes a CephCluster, too. */
  readonly helmReleases?: readonly HelmRelease[]
  /** Of the declaration, read with the facts that could be gathered. */
  readonly findings: readonly Finding[]
  /** Rule ids, as `--accept-unknown` names them. */
  readonly accepted: readonly string[]
}

const madeOnce = new Set(['CephCluster', 'CephFilesystem', 'CephBlockPool'])

/** undefined when nothing is unknown that is not accepted. */
export function acceptUnknownStep({ client, objects, helmReleases = [], findings, accepted }: UnknownsToAccept): Step | undefined {
  const open = findings.filter(({ verdict, rule }) => verdict === 'unknown' && !adviceChecks.has(rule) && !accepted.includes(rule))
  if (open.length === 0) return undefined
  return {
    id: 'facts',
    title: 'what decides whether Ceph can work is known, or accepted',
    look: async (signal) => {
      const fresh: AppliableObject[] = []
      for (const one of [...objects, ...helmReleases.flatMap(clusterOf)]) if (madeOnce.has(one.object.kind) && (await client.find(refOf(one.object), { signal })) === undefined) fresh.push(one)
      const concerned = open.filter(({ object = '' }) => fresh.some((one) => concerns(object, one)))
      if (concerned.length === 0) return { state: 'done', message: 'nothing that is made now hangs on it' }
      const rules = [...new Set(concerned.map(({ rule }) => rule))]
      const consent = rules.map((rule) => `--accept-unknown ${rule}`).join(' ')
      return { state: 'blocked', message: `${concerned.map(({ message }) => message).join('; ')}. Settle it with facts (stowage facts, --facts FILE), or go on all the same with ${consent}` }
    },
    change: async () => '',
  }
}

function clusterOf({ id, chart, namespace, values, reason }: HelmRelease): readonly AppliableObject[] {
  if (chart.name !== 'rook-ceph-cluster') return []
  const name = String(valueAt(values, ['clusterName']) ?? namespace)
  return [{ id, reason, object: { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name, namespace } } }]
}

/** A pool or filesystem concerns the object that makes it; all else concerns whatever is made. */
function concerns(about: string, { object }: AppliableObject): boolean {
  const [kind, name = ''] = about.split('/')
  if (kind === 'filesystem') return object.kind === 'CephFilesystem' && object.metadata.name === name
  if (kind !== 'pool') return true
  if (object.kind === 'CephBlockPool') return object.metadata.name === name || (name === '.mgr' && object.metadata.name === 'builtin-mgr')
  return object.kind === 'CephFilesystem' && poolsOf(object).includes(name)
}

/** As Ceph calls them: Rook puts the filesystem's name before a pool's, unless names are preserved. */
function poolsOf({ metadata, spec }: AppliableObject['object']): readonly string[] {
  const preserved = valueAt(spec, ['preservePoolNames']) === true
  const data = valueAt(spec, ['dataPools'])
  const called = (pool: unknown, fallback: string): string => {
    const name = valueAt(pool, ['name'])
    return typeof name === 'string' && preserved ? name : `${metadata.name}-${typeof name === 'string' ? name : fallback}`
  }
  return [called(valueAt(spec, ['metadataPool']), 'metadata'), ...(Array.isArray(data) ? data.map((pool: unknown, index) => called(pool, `data${index}`)) : [])]
}
