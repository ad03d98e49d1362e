/** Rows of the storage kinds. */
import { arrayAt, at, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { accessModes, age, isDeleting, nameOf } from './cell.ts'
import type { Cells } from './cell.ts'

const orUnset = (value: Json | undefined): string => (typeof value === 'string' ? value : '<unset>')
const phaseOf = (object: JsonObject): string => (isDeleting(object) ? 'Terminating' : textAt(object, 'status', 'phase'))

/** The annotation of old wins over the field. */
const classOf = (object: JsonObject): string =>
  textAt(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') || textAt(object, 'spec', 'storageClassName')

function claimRef(object: JsonObject): string {
  return at(object, 'spec', 'claimRef') === undefined ? '' : `${textAt(object, 'spec', 'claimRef', 'namespace')}/${textAt(object, 'spec', 'claimRef', 'name')}`
}

const persistentVolumes: Cells = (object, nowMs) => [
  nameOf(object),
  textAt(object, 'spec', 'capacity', 'storage') || '0',
  accessModes(arrayAt(object, 'spec', 'accessModes')),
  textAt(object, 'spec', 'persistentVolumeReclaimPolicy'),
  phaseOf(object),
  claimRef(object),
  classOf(object),
  orUnset(at(object, 'spec', 'volumeAttributesClassName')),
  textAt(object, 'status', 'reason'),
  age(object, nowMs),
  orUnset(at(object, 'spec', 'volumeMode')),
]

const claims: Cells = (object, nowMs) => {
  const volume = textAt(object, 'spec', 'volumeName')
  return [
    nameOf(object),
    phaseOf(object),
    volume,
    volume === '' ? '' : textAt(object, 'status', 'capacity', 'storage') || '0',
    volume === '' ? '' : accessModes(arrayAt(object, 'status', 'accessModes')),
    classOf(object),
    orUnset(at(object, 'spec', 'volumeAttributesClassName')),
    age(object, nowMs),
    orUnset(at(object, 'spec', 'volumeMode')),
  ]
}

const isDefault = (object: JsonObject): boolean =>
  ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    each => textAt(object, 'metadata', 'annotations', each) === 'true',
  )

const storageClasses: Cells = (object, nowMs) => [
  isDefault(object) ? `${nameOf(object)} (default)` : nameOf(object),
  textAt(object, 'provisioner'),
  textAt(object, 'reclaimPolicy') || 'Delete',
  textAt(object, 'volumeBindingMode') || 'Immediate',
  at(object, 'allowVolumeExpansion') === true,
  age(object, nowMs),
]

const attachments: Cells = (object, nowMs) => [
  nameOf(object),
  textAt(object, 'spec', 'attacher'),
  textAt(object, 'spec', 'source', 'persistentVolumeName'),
  textAt(object, 'spec', 'nodeName'),
  at(object, 'status', 'attached') === true,
  age(object, nowMs),
]

const csiDrivers: Cells = (object, nowMs) => {
  const requests = at(object, 'spec', 'tokenRequests')
  return [
    nameOf(object),
    at(object, 'spec', 'attachRequired') !== false,
    at(object, 'spec', 'podInfoOnMount') === true,
    at(object, 'spec', 'storageCapacity') === true,
    requests === undefined ? '<unset>' : arrayAt(object, 'spec', 'tokenRequests').map(each => textAt(each, 'audience')).join(','),
    at(object, 'spec', 'requiresRepublish') === true,
    arrayAt(object, 'spec', 'volumeLifecycleModes').map(String).join(',') || '<none>',
    age(object, nowMs),
  ]
}

export const storageCells: Readonly<Record<string, Cells>> = {
  persistentvolumes: persistentVolumes,
  persistentvolumeclaims: claims,
  'storageclasses.storage.k8s.io': storageClasses,
  'volumeattachments.storage.k8s.io': attachments,
  'csidrivers.storage.k8s.io': csiDrivers,
  'csinodes.storage.k8s.io': (object, nowMs) => [nameOf(object), arrayAt(object, 'spec', 'drivers').length, age(object, nowMs)],
  // Upstream prints class and capacity under columns that say NAME and CREATED AT: there is no printer's header for this kind.
  'csistoragecapacities.storage.k8s.io': (object, nowMs) => [nameOf(object), textAt(object, 'metadata', 'creationTimestamp') || age(object, nowMs)],
  'volumeattributesclasses.storage.k8s.io': (object, nowMs) => [nameOf(object), textAt(object, 'driverName'), age(object, nowMs)],
}
