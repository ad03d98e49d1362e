/** ResourceQuota and LimitRange themselves: pkg/apis/core/validation. */
import { printQuantity } from '@stowage/core/quantity'
import { arrayAt, isObject, objectAt, same, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { duplicate, forbiddenField, immutableText, invalidValue, required } from '../validation/fault.ts'
import type { Faults } from '../validation/fault.ts'
import { quantityOf } from './amounts.ts'

const standard = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory',
  'limits.ephemeral-storage', 'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps', 'services.nodeports', 'services.loadbalancers',
])
const integers = new Set(['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'])

export function quotaFaults(object: JsonObject): Faults {
  return Object.entries(objectAt(object, 'spec', 'hard')).flatMap(([key, value]) => amountFaults(key, value, `spec.hard[${key}]`))
}

function amountFaults(key: string, value: Json, field: string): Faults {
  const { nanos } = quantityOf(value)
  const isKnown = key.includes('/') || standard.has(key)
  return [
    ...(isKnown ? [] : ['must be a standard resource type or fully qualified', 'must be a standard resource for quota'].map(each => invalidValue(field, key, each))),
    ...(nanos < 0n ? [invalidValue(field, value, 'must be greater than or equal to 0')] : []),
    ...(integers.has(key) && nanos % 1_000_000_000n !== 0n ? [invalidValue(field, value, 'must be an integer')] : []),
  ]
}

export function quotaUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  return same(objectAt(current, 'spec')['scopes'] ?? null, objectAt(object, 'spec')['scopes'] ?? null) ? [] : [invalidValue('spec.scopes', objectAt(object, 'spec')['scopes'], immutableText)]
}

export function limitFaults(object: JsonObject): Faults {
  const seen = new Set<string>()
  return arrayAt(object, 'spec', 'limits').flatMap((limit, index) => {
    const type = textAt(limit, 'type')
    const field = `spec.limits[${index}]`
    const twice = seen.has(type) ? [duplicate(`${field}.type`, type)] : []
    seen.add(type)
    return isObject(limit) ? [...twice, ...limitItemFaults(limit, type, field)] : twice
  })
}

function limitItemFaults(limit: JsonObject, type: string, field: string): Faults {
  const [min, max] = [objectAt(limit, 'min'), objectAt(limit, 'max')]
  const ofPod = type === 'Pod' ? ['default', 'defaultRequest'].filter(key => Object.keys(objectAt(limit, key)).length > 0) : []
  const unbounded = type === 'PersistentVolumeClaim' && min['storage'] === undefined && max['storage'] === undefined
  return [
    ...ofPod.map(key => forbiddenField(`${field}.${key}`, "may not be specified when `type` is 'Pod'")),
    ...(unbounded ? [required(`${field}.limits`, 'either minimum or maximum storage value is required, but neither was provided')] : []),
    ...Object.entries(min).flatMap(([key, value]) => (max[key] === undefined ? [] : orderFaults(value, max[key], `${field}.min[${key}]`))),
  ]
}

function orderFaults(least: Json, most: Json, field: string): Faults {
  const [low, high] = [quantityOf(least), quantityOf(most)]
  return low.nanos <= high.nanos ? [] : [invalidValue(field, printQuantity(low), `min value ${printQuantity(low)} is greater than max value ${printQuantity(high)}`)]
}
