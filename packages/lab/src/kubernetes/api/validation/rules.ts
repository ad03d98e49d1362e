/** Which rules hold for which kind. A kind that is not here is held by its schema alone. */
import { objectAt, same, textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { immutableText, invalidValue, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { podSpecFaults, podUpdateFaults } from './pod-spec.ts'
import {
  attachmentFaults, attachmentUpdateFaults, capacityUpdateFaults, csiDriverFaults, csiDriverUpdateFaults, csiNodeFaults, csiNodeUpdateFaults,
  storageClassFaults, storageClassUpdateFaults,
} from './storage.ts'
import { claimFaults, claimUpdateFaults, volumeFaults, volumeUpdateFaults } from './volumes.ts'
import {
  daemonSetFaults, deploymentFaults, replicaSetFaults, selectorUpdateFaults, statefulSetFaults, statefulSetUpdateFaults,
} from './workloads.ts'

export interface Rules {
  readonly create: (object: JsonObject) => Faults
  /** What an update has to hold; where it is absent the rules of create are. */
  readonly update?: (current: JsonObject, object: JsonObject) => Faults
}

const both = (create: (object: JsonObject) => Faults, more: (current: JsonObject, object: JsonObject) => Faults): Rules => ({
  create,
  update: (current, object) => [...create(object), ...more(current, object)],
})

/** Data of an immutable Secret or ConfigMap stays as it is. */
function immutableData(current: JsonObject, object: JsonObject): Faults {
  if (current['immutable'] !== true) return []
  const fields = ['immutable', 'data', 'binaryData'].filter(each => !same(current[each], object[each]))
  return fields.map(field => ({ reason: 'FieldValueForbidden', message: `Forbidden: field is immutable when \`immutable\` is set`, field }))
}

function secretType(current: JsonObject, object: JsonObject): Faults {
  return same(current['type'], object['type']) ? immutableData(current, object) : [invalidValue('type', object['type'], immutableText)]
}

function roleRef(current: JsonObject, object: JsonObject): Faults {
  return same(current['roleRef'], object['roleRef']) ? [] : [{ ...invalidValue('roleRef', object['roleRef'], 'cannot change roleRef') }]
}

function bindingFaults(object: JsonObject): Faults {
  return textAt(object, 'roleRef', 'name') === '' ? [required('roleRef.name')] : []
}

function clusterAddress(current: JsonObject, object: JsonObject): Faults {
  const [before, after] = [textAt(current, 'spec', 'clusterIP'), textAt(object, 'spec', 'clusterIP')]
  if (before === '' || before === after || textAt(object, 'spec', 'type') === 'ExternalName') return []
  return [{ ...invalidValue('spec.clusterIPs[0]', after === '' ? null : [after], 'may not change once set') }]
}

const none = (): Faults => []

export const rulesByResource: Readonly<Record<string, Rules>> = {
  pods: { create: object => podSpecFaults(objectAt(object, 'spec'), 'spec'), update: podUpdateFaults },
  persistentvolumeclaims: { create: claimFaults, update: claimUpdateFaults },
  persistentvolumes: { create: volumeFaults, update: volumeUpdateFaults },
  secrets: { create: none, update: secretType },
  configmaps: { create: none, update: immutableData },
  services: { create: none, update: clusterAddress },
  'deployments.apps': both(deploymentFaults, selectorUpdateFaults),
  'replicasets.apps': both(replicaSetFaults, selectorUpdateFaults),
  'daemonsets.apps': both(daemonSetFaults, selectorUpdateFaults),
  'statefulsets.apps': { create: statefulSetFaults, update: statefulSetUpdateFaults },
  'storageclasses.storage.k8s.io': both(storageClassFaults, storageClassUpdateFaults),
  'volumeattachments.storage.k8s.io': both(attachmentFaults, attachmentUpdateFaults),
  'csidrivers.storage.k8s.io': both(csiDriverFaults, csiDriverUpdateFaults),
  'csinodes.storage.k8s.io': both(csiNodeFaults, csiNodeUpdateFaults),
  'csistoragecapacities.storage.k8s.io': { create: none, update: capacityUpdateFaults },
  'rolebindings.rbac.authorization.k8s.io': both(bindingFaults, roleRef),
  'clusterrolebindings.rbac.authorization.k8s.io': both(bindingFaults, roleRef),
}
