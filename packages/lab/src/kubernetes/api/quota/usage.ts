/** What an object uses of a quota: claims by number, storage and class, and every kind by number. pkg/quota/v1/evaluator/core of upstream. */
import type { JsonObject } from '../json.ts'
import { at, textAt } from '../json.ts'
import { one, quantityOf } from './amounts.ts'
import type { Amounts } from './amounts.ts'

/** Kinds of the core that a quota may count under their plain name. Compute of pods is not counted here: see the room's README. */
const countedByName = new Set(['configmaps', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services'])

/** `name`: `persistentvolumeclaims`, `secrets`, `widgets.example.com`. */
export function usageOf(name: string, object: JsonObject): Amounts {
  const counted: Amounts = new Map([[`count/${name}`, one], ...(countedByName.has(name) ? [[name, one] as const] : [])])
  return name === 'persistentvolumeclaims' ? new Map([...counted, ...claimUsage(object)]) : counted
}

/** The kinds that have to be listed to know what is used of a quota. */
export function resourcesCountedBy(hard: Amounts): readonly string[] {
  const names = [...hard.keys()].flatMap(key => {
    if (key.startsWith('count/')) return [key.slice('count/'.length)]
    if (key === 'requests.storage' || key.includes('.storageclass.storage.k8s.io/')) return ['persistentvolumeclaims']
    return countedByName.has(key) ? [key] : []
  })
  return [...new Set(names)]
}

function claimUsage(claim: JsonObject): Amounts {
  const storage = at(claim, 'spec', 'resources', 'requests', 'storage')
  const ofClass = textAt(claim, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') || textAt(claim, 'spec', 'storageClassName')
  const prefix = `${ofClass}.storageclass.storage.k8s.io/`
  return new Map([
    ...(ofClass === '' ? [] : [[`${prefix}persistentvolumeclaims`, one] as const]),
    ...(storage === undefined ? [] : [['requests.storage', quantityOf(storage)] as const]),
    ...(storage === undefined || ofClass === '' ? [] : [[`${prefix}requests.storage`, quantityOf(storage)] as const]),
  ])
}
