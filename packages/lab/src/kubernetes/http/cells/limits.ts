/** Rows of quotas, limits and network policies. */
import { objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { age, nameOf, selectorText } from './cell.ts'
import type { Cells } from './cell.ts'

/** `requests.storage: 3Gi/10Gi, persistentvolumeclaims: 1/3`, sorted; what limits something stands in a column of its own. */
function useText(object: JsonObject, isLimit: boolean): string {
  const hard = objectAt(object, 'status', 'hard')
  const used = objectAt(object, 'status', 'used')
  const names = Object.keys(hard).toSorted().filter(each => each.startsWith('limits.') === isLimit)
  return names.map(each => `${each}: ${String(used[each] ?? '0')}/${String(hard[each])}`).join(', ')
}

export const limitCells: Readonly<Record<string, Cells>> = {
  resourcequotas: (object, nowMs) => [nameOf(object), useText(object, false), useText(object, true), age(object, nowMs)],
  limitranges: object => [nameOf(object), textAt(object, 'metadata', 'creationTimestamp')],
  'networkpolicies.networking.k8s.io': (object, nowMs) => [nameOf(object), selectorText(objectAt(object, 'spec')['podSelector']), age(object, nowMs)],
}
