/** A pod's quality of service class: pkg/apis/core/v1/helper/qos. */
import { parseQuantity } from '@stowage/core/quantity'
import { arrayAt, objectAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'

const counted = ['cpu', 'memory']

export function qosClass(pod: JsonObject): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers = [...arrayAt(pod, 'spec', 'containers'), ...arrayAt(pod, 'spec', 'initContainers')]
  const hasAny = containers.some(each => [...amounts(each, 'requests'), ...amounts(each, 'limits')].length > 0)
  if (!hasAny) return 'BestEffort'
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

function amounts(container: Json, field: 'requests' | 'limits'): readonly [string, bigint][] {
  return Object.entries(objectAt(container, 'resources', field)).flatMap(([key, value]): [string, bigint][] => {
    const nanos = parseQuantity(String(value))?.nanos ?? 0n
    return counted.includes(key) && nanos > 0n ? [[key, nanos]] : []
  })
}

function isGuaranteed(container: Json): boolean {
  const limits = new Map(amounts(container, 'limits'))
  const requests = new Map(amounts(container, 'requests'))
  return counted.every(each => limits.has(each) && (requests.get(each) ?? limits.get(each)) === limits.get(each))
}
