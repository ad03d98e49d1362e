/** The kinds of storage.k8s.io: pkg/apis/storage/validation. */
import { arrayAt, at, isObject, objectAt, same, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { forbiddenField, immutableText, invalidValue, notSupported, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { goJson } from './go-dump.ts'
import { dnsSubdomain } from './names.ts'
import { driverNameFaults } from './volume-sources.ts'

function oneOf(object: JsonObject, field: string, allowed: readonly string[]): Faults {
  const value = textAt(object, field)
  return value === '' || allowed.includes(value) ? [] : [notSupported(field, value, allowed)]
}

export function storageClassFaults(object: JsonObject): Faults {
  const provisioner = textAt(object, 'provisioner')
  const named = provisioner === '' ? [required('provisioner')] : provisionerFaults(provisioner)
  return [
    ...named,
    ...Object.keys(objectAt(object, 'parameters')).filter(each => each === '').map(each => invalidValue('parameters', each, 'field can not be empty.')),
    ...oneOf(object, 'reclaimPolicy', ['Delete', 'Retain']),
    ...oneOf(object, 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']),
  ]
}

/** A qualified name: `example.com/nfs` or `example.com`. */
function provisionerFaults(provisioner: string): Faults {
  const lower = provisioner.toLowerCase()
  const prefix = lower.includes('/') ? (lower.split('/')[0] ?? '') : ''
  return prefix === '' ? [] : dnsSubdomain(prefix).map(each => invalidValue('provisioner', provisioner, `prefix part ${each}`))
}

export function storageClassUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  return ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].flatMap(key =>
    same(current[key], object[key]) ? [] : [invalidValue(key, object[key], immutableText)],
  )
}

export function attachmentFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const { persistentVolumeName, inlineVolumeSpec } = objectAt(spec, 'source')
  const node = textAt(spec, 'nodeName')
  const oneText = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  const source = persistentVolumeName === undefined && inlineVolumeSpec === undefined
    ? [required('spec.source', oneText)]
    : persistentVolumeName !== undefined && inlineVolumeSpec !== undefined
      ? [forbiddenField('spec.source', oneText)]
      : persistentVolumeName === '' ? [required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')] : []
  return [...driverNameFaults(textAt(spec, 'attacher'), 'spec.attacher'), ...source, ...dnsSubdomain(node).map(each => invalidValue('spec.nodeName', node, each))]
}

export function attachmentUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  if (same(current['spec'], object['spec'])) return []
  const text = JSON.stringify(goJson('VolumeAttachmentSpec', object['spec']))
  return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${text}: ${immutableText}`, field: 'spec' }]
}

export function csiDriverFaults(object: JsonObject): Faults {
  const modes = ['Persistent', 'Ephemeral']
  const unknown = arrayAt(object, 'spec', 'volumeLifecycleModes').filter(each => !modes.includes(String(each)))
  return unknown.map(each => notSupported('spec.volumeLifecycleModes', each, modes))
}

export function csiDriverUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  return ['attachRequired', 'volumeLifecycleModes'].flatMap(key => {
    const value = at(object, 'spec', key)
    return same(at(current, 'spec', key), value) ? [] : [invalidValue(`spec.${key === 'attachRequired' ? 'attachedRequired' : key}`, value, immutableText)]
  })
}

export function csiNodeFaults(object: JsonObject): Faults {
  const seen = new Set<string>()
  return arrayAt(object, 'spec', 'drivers').flatMap((driver, index) => {
    const field = `spec.drivers[${index}]`
    const name = textAt(driver, 'name')
    const twice = seen.has(name) ? [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}`, field: `${field}.name` }] : []
    seen.add(name)
    return [...driverNameFaults(name, `${field}.name`), ...(textAt(driver, 'nodeID') === '' ? [required(`${field}.nodeID`)] : []), ...twice]
  })
}

/** A driver that stays keeps its node id and topology; only what it can allocate may change. */
export function csiNodeUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const fixed = (driver: Json): JsonObject => Object.fromEntries(Object.entries(isObject(driver) ? driver : {}).filter(([key]) => key !== 'allocatable'))
  return arrayAt(object, 'spec', 'drivers').flatMap(driver => {
    const before = arrayAt(current, 'spec', 'drivers').find(each => textAt(each, 'name') === textAt(driver, 'name'))
    if (before === undefined || same(fixed(before), fixed(driver))) return []
    const text = JSON.stringify(goJson('CSINodeDriver', driver))
    return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${text}: ${immutableText}`, field: 'spec.drivers' }]
  })
}

export function capacityFaults(object: JsonObject): Faults {
  const name = textAt(object, 'storageClassName')
  return dnsSubdomain(name).map(each => invalidValue('storageClassName', name, each))
}

export function capacityUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  return ['nodeTopology', 'storageClassName'].flatMap(key => (same(current[key], object[key]) ? [] : [invalidValue(key, object[key], immutableText)]))
}
