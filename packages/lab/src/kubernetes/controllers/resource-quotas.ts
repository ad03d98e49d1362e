/**
 * The quota controller: what a quota allows, and what is used of it, stands in its status. Counted anew when the quota or a claim of its
 * namespace changes, and every five minutes, which is when other kinds (`count/secrets`) are seen.
 */
import { amountsOf, plus, written, zero } from '../api/quota/amounts.ts'
import type { Amounts } from '../api/quota/amounts.ts'
import { resourcesCountedBy, usageOf } from '../api/quota/usage.ts'
import type { Api, KubeObject } from '../api/api.ts'
import { frozenObject } from '../api/json.ts'
import { every, queueOf } from './controller.ts'
import type { StartController } from './controller.ts'
import { Informer } from './informer.ts'
import { listKnown } from './list-known.ts'
import { isDeleted, joinKey, keyOf } from './objects.ts'
import { changeStatus } from './write.ts'

interface ResourceQuota extends KubeObject {
  readonly spec?: { readonly hard?: Readonly<Record<string, string>> }
  readonly status?: { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> }
}

const resyncMs = 300_000

export const startResourceQuotas: StartController = (parts) => {
  const { api, caches } = parts
  const quotas = new Informer<ResourceQuota>(api, 'resourcequotas')
  const queue = queueOf(parts, 'resource-quotas', (key) => {
    const known = [...quotas.all()].find((each) => keyOf(each) === key)
    const quota = known === undefined ? undefined : api.get<ResourceQuota>('resourcequotas', known.metadata.name, known.metadata.namespace)
    if (quota !== undefined && !isDeleted(quota)) count(api, quota)
  })
  quotas.onChange(({ type, object }) => {
    if (type !== 'DELETED') queue.add(keyOf(object))
  })
  caches.claims.onChange(({ object }) => {
    for (const quota of quotas.all()) if (quota.metadata.namespace === object.metadata.namespace) queue.add(joinKey(quota.metadata.name, quota.metadata.namespace))
  })
  const resync = every(parts, resyncMs, () => {
    for (const quota of quotas.all()) queue.add(keyOf(quota))
  })
  return {
    stop: () => {
      resync.stop()
      queue.stop()
      quotas.stop()
    },
  }
}

function count(api: Api, quota: ResourceQuota): void {
  const hard = amountsOf(quota.spec?.hard ?? {})
  const used = new Map([...hard.keys()].map((key) => [key, zero]))
  for (const resource of resourcesCountedBy(hard)) {
    for (const object of listKnown(api, resource, quota.metadata.namespace ?? '')) addTo(used, usageOf(resource, frozenObject(object)))
  }
  changeStatus<ResourceQuota>(api, 'resourcequotas', quota, () => ({ hard: written(hard), used: written(used) }))
}

function addTo(sum: Map<string, ReturnType<typeof plus>>, usage: Amounts): void {
  for (const [key, value] of usage) {
    const before = sum.get(key)
    if (before !== undefined) sum.set(key, plus(before, value))
  }
}
