/** The admission plugins LimitRanger and ResourceQuota, for what concerns storage and the number of objects. They run after validation. */
import { printQuantity } from '@stowage/core/quantity'
import { forbidden } from '../failures.ts'
import { arrayAt, at, objectAt, textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { Memory } from '../memory.ts'
import { resourceName } from '../resources.ts'
import type { Resource } from '../resources.ts'
import { amountsOf, amountsText, plus, quantityOf, written, zero } from './amounts.ts'
import type { Amounts } from './amounts.ts'
import { usageOf } from './usage.ts'

/** A quota as it is once the object is let in. */
export interface Charge {
  readonly quota: JsonObject
}

/** Throws 403 where a limit or a quota stands against the object; answers which quotas it is charged to. `current`: the object before an update. */
export function admitted(memory: Memory, resource: Resource, object: JsonObject, current?: JsonObject): readonly Charge[] {
  const namespace = textAt(object, 'metadata', 'namespace')
  if (namespace === '') return []
  if (resourceName(resource) === 'persistentvolumeclaims') assertWithinLimits(memory, resource, namespace, object)
  const quotas = memory.list(memory.resource('resourcequotas'), namespace)
  if (quotas.length === 0) return []
  const delta = deltaOf(usageOf(resourceName(resource), object), current === undefined ? undefined : usageOf(resourceName(resource), current))
  if (delta.size === 0) return []
  return quotas.flatMap(quota => charged(resource, object, quota, delta))
}

function assertWithinLimits(memory: Memory, resource: Resource, namespace: string, claim: JsonObject): void {
  const request = at(claim, 'spec', 'resources', 'requests', 'storage')
  for (const range of memory.list(memory.resource('limitranges'), namespace)) {
    const limits = arrayAt(range, 'spec', 'limits').filter(each => textAt(each, 'type') === 'PersistentVolumeClaim')
    const faults = limits.flatMap(limit => [...bound('minimum', objectAt(limit, 'min'), request), ...bound('maximum', objectAt(limit, 'max'), request)])
    if (faults.length > 0) throw forbidden(resource, textAt(claim, 'metadata', 'name'), faults.length === 1 ? (faults[0] ?? '') : `[${faults.join(', ')}]`)
  }
}

function bound(word: 'minimum' | 'maximum', limits: JsonObject, request: unknown): readonly string[] {
  const limit = limits['storage']
  if (limit === undefined) return []
  const [wanted, held] = [quantityOf(typeof request === 'string' ? request : undefined), quantityOf(limit)]
  const isOut = word === 'minimum' ? wanted.nanos < held.nanos : wanted.nanos > held.nanos
  return isOut ? [`${word} storage usage per PersistentVolumeClaim is ${printQuantity(held)}, but request is ${printQuantity(wanted)}`] : []
}

/** What is used more than before; an object that shrinks gives nothing back until it is counted again. */
function deltaOf(now: Amounts, before: Amounts | undefined): Amounts {
  const left = [...now].map(([key, value]) => [key, { ...value, nanos: value.nanos - (before?.get(key)?.nanos ?? 0n) }] as const)
  return new Map(left.filter(([, value]) => value.nanos > 0n))
}

/** A quota that nobody has counted yet has no hard limits in its status and holds nothing up. */
function charged(resource: Resource, object: JsonObject, quota: JsonObject, delta: Amounts): readonly Charge[] {
  const hard = amountsOf(objectAt(quota, 'status', 'hard'))
  const used = amountsOf(objectAt(quota, 'status', 'used'))
  const requested = new Map([...delta].filter(([key]) => hard.has(key)))
  if (requested.size === 0) return []
  const next = new Map([...requested].map(([key, value]) => [key, plus(used.get(key) ?? zero, value)]))
  const exceeded = [...next].filter(([key, value]) => value.nanos > (hard.get(key)?.nanos ?? 0n)).map(([key]) => key)
  if (exceeded.length > 0) {
    const text = (of: Amounts): string => amountsText(new Map(exceeded.map(key => [key, of.get(key) ?? zero])))
    const why = `exceeded quota: ${textAt(quota, 'metadata', 'name')}, requested: ${text(requested)}, used: ${text(used)}, limited: ${text(hard)}`
    throw forbidden(resource, textAt(object, 'metadata', 'name'), why)
  }
  const status = { ...objectAt(quota, 'status'), used: { ...objectAt(quota, 'status', 'used'), ...written(next) } }
  return [{ quota: { ...quota, status } }]
}
