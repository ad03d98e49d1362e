/** Paths of the kinds that the lab's charts make. */
import { textAt } from '../kubernetes/api/json.ts'
import type { JsonObject } from '../kubernetes/api/json.ts'
import { ceph, core, velero } from '../kubernetes/operators/cluster-api.ts'
import type { Kind } from '../kubernetes/operators/cluster-api.ts'

const more: readonly Kind[] = [
  { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false },
  { group: 'storage.k8s.io', version: 'v1', plural: 'csidrivers', kind: 'CSIDriver', namespaced: false },
  { group: 'csi.ceph.io', version: 'v1', plural: 'operatorconfigs', kind: 'OperatorConfig', namespaced: true },
  { group: 'csi.ceph.io', version: 'v1', plural: 'drivers', kind: 'Driver', namespaced: true },
  { group: 'ceph.rook.io', version: 'v1', plural: 'cephobjectstores', kind: 'CephObjectStore', namespaced: true },
]
const all: readonly Kind[] = [...Object.values(core), ...Object.values(ceph), ...Object.values(velero), ...more]

/** Throws for a kind that no chart of the lab makes: that is a fault of the lab. */
export function kindOf(object: JsonObject): Kind {
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')]
  const found = all.find((each) => each.kind === kind && (each.group === '' ? each.version : `${each.group}/${each.version}`) === apiVersion)
  if (found === undefined) throw new Error(`the lab's helm has no path for ${apiVersion} ${kind}`)
  return found
}
