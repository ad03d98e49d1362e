/** Which rules hold for which kind. A kind that is not here is held by its schema alone. */
import type { Cause } from '../failures.ts'
import { definitionFaults, definitionUpdateFaults } from '../definitions/definition-faults.ts'
import { arrayAt, objectAt, same, textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { limitFaults, quotaFaults, quotaUpdateFaults } from '../quota/faults.ts'
import { immutableText, invalidValue, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { configKeyFaults } from './names.ts'
import { podSpecFaults, podUpdateFaults } from './pod-spec.ts'
import {
  attachmentFaults, attachmentUpdateFaults, capacityFaults, capacityUpdateFaults, csiDriverFaults, csiDriverUpdateFaults, csiNodeFaults, csiNodeUpdateFaults,
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
  return same(current['roleRef'], object['roleRef']) ? [] : [roleRefFault(object)]
}

function roleRefFault(object: JsonObject): Cause {
  const { apiGroup, kind, name } = objectAt(object, 'roleRef')
  const shown = JSON.stringify({ APIGroup: apiGroup, Kind: kind, Name: name })
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: cannot change roleRef`, field: 'roleRef' }
}

/** An event lives where its object does; about a cluster-scoped one, in `default`. */
function eventFaults(object: JsonObject): Faults {
  const about = textAt(object, 'involvedObject', 'namespace')
  const own = textAt(object, 'metadata', 'namespace')
  if (about === own || (about === '' && ['default', 'kube-system'].includes(own))) return []
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
}

function serviceFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const needsPorts = textAt(spec, 'type') !== 'ExternalName' && textAt(spec, 'clusterIP') !== 'None'
  return needsPorts && arrayAt(spec, 'ports').length === 0 ? [required('spec.ports')] : []
}

function bindingFaults(object: JsonObject): Faults {
  return textAt(object, 'roleRef', 'name') === '' ? [required('roleRef.name')] : []
}

function clusterAddress(current: JsonObject, object: JsonObject): Faults {
  const [before, after] = [textAt(current, 'spec', 'clusterIP'), textAt(object, 'spec', 'clusterIP')]
  if (before === '' || before === after || textAt(object, 'spec', 'type') === 'ExternalName') return []
  return [{ ...invalidValue('spec.clusterIPs[0]', after === '' ? null : [after], 'may not change once set') }]
}

function keyFaults(object: JsonObject): Faults {
  return ['data', 'binaryData'].flatMap(field => configKeyFaults(objectAt(object, field), field))
}

export const rulesByResource: Readonly<Record<string, Rules>> = {
  pods: { create: object => podSpecFaults(objectAt(object, 'spec'), 'spec'), update: podUpdateFaults },
  persistentvolumeclaims: { create: claimFaults, update: claimUpdateFaults },
  persistentvolumes: { create: volumeFaults, update: volumeUpdateFaults },
  secrets: both(keyFaults, secretType),
  configmaps: both(keyFaults, immutableData),
  services: both(serviceFaults, clusterAddress),
  'deployments.apps': both(deploymentFaults, selectorUpdateFaults),
  'replicasets.apps': both(replicaSetFaults, selectorUpdateFaults),
  'daemonsets.apps': both(daemonSetFaults, selectorUpdateFaults),
  'statefulsets.apps': { create: statefulSetFaults, update: statefulSetUpdateFaults },
  'storageclasses.storage.k8s.io': both(storageClassFaults, storageClassUpdateFaults),
  'volumeattachments.storage.k8s.io': both(attachmentFaults, attachmentUpdateFaults),
  'csidrivers.storage.k8s.io': both(csiDriverFaults, csiDriverUpdateFaults),
  'csinodes.storage.k8s.io': both(csiNodeFaults, csiNodeUpdateFaults),
  'csistoragecapacities.storage.k8s.io': both(capacityFaults, capacityUpdateFaults),
  'customresourcedefinitions.apiextensions.k8s.io': both(definitionFaults, definitionUpdateFaults),
  resourcequotas: both(quotaFaults, quotaUpdateFaults),
  limitranges: { create: limitFaults },
  events: { create: eventFaults },
  'rolebindings.rbac.authorization.k8s.io': both(bindingFaults, roleRef),
  'clusterrolebindings.rbac.authorization.k8s.io': both(bindingFaults, roleRef),
}
