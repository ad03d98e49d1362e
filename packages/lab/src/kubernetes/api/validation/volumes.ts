/** PersistentVolume and PersistentVolumeClaim: pkg/apis/core/validation. */
import { parseQuantity } from '@stowage/core/quantity'
import { arrayAt, at, objectAt, same, textAt, without } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { forbiddenField, immutableText, invalidValue, notSupported, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { goDiff, goJson } from './go-dump.ts'
import { dnsSubdomain } from './names.ts'
import { volumeSourceFaults, volumeSourceKeys } from './volume-sources.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']
const reclaimPolicies = ['Delete', 'Recycle', 'Retain']

function accessModeFaults(spec: JsonObject, field: string, detail: string): Faults {
  const modes = arrayAt(spec, 'accessModes')
  const unknown = modes.filter(each => !accessModes.includes(String(each))).map(each => notSupported(`${field}.accessModes`, each, accessModes))
  const mixed = modes.includes('ReadWriteOncePod') && modes.some(each => each !== 'ReadWriteOncePod' && accessModes.includes(String(each)))
  return [
    ...(modes.length === 0 ? [required(`${field}.accessModes`, detail)] : []),
    ...unknown,
    ...(mixed ? [forbiddenField(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes')] : []),
  ]
}

function positive(value: Json | undefined, field: string): Faults {
  const nanos = parseQuantity(String(value))?.nanos ?? 0n
  return nanos > 0n ? [] : [invalidValue(field, value, 'must be greater than zero')]
}

function basic(value: Json | undefined, field: string): Faults {
  const whole = (parseQuantity(String(value))?.nanos ?? 0n) / 1_000_000_000n
  return whole < 0n ? [{ reason: 'FieldValueInvalid', message: `Invalid value: ${whole}: must be a valid resource quantity`, field }] : []
}

function modeFaults(spec: JsonObject, field: string): Faults {
  const mode = spec['volumeMode']
  return mode === undefined || volumeModes.includes(String(mode)) ? [] : [notSupported(`${field}.volumeMode`, mode, volumeModes)]
}

function classFaults(spec: JsonObject, field: string): Faults {
  const name = textAt(spec, 'storageClassName')
  return name === '' ? [] : dnsSubdomain(name).map(each => invalidValue(`${field}.storageClassName`, name, each))
}

export function claimSpecFaults(spec: JsonObject, field: string): Faults {
  const storage = at(spec, 'resources', 'requests', 'storage')
  const sizeField = `${field}.resources[storage]`
  return [
    ...accessModeFaults(spec, field, 'at least 1 access mode is required'),
    ...(storage === undefined ? [required(sizeField)] : positive(storage, sizeField)),
    ...classFaults(spec, field),
    ...modeFaults(spec, field),
  ]
}

export function claimFaults(object: JsonObject): Faults {
  return claimSpecFaults(objectAt(object, 'spec'), 'spec')
}

const immutableSpec = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

export function claimUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const before = objectAt(current, 'spec')
  const after = objectAt(object, 'spec')
  const changed = specChangeFaults(object, before, after)
  return [...claimFaults(object), ...changed, ...shrinkFaults(current, before, after), ...immutable(before['volumeMode'], after['volumeMode'], 'volumeMode')]
}

/** The volume is named once, by the binder; a bound claim's size and attributes class may change. */
function specChangeFaults(object: JsonObject, before: JsonObject, after: JsonObject): Faults {
  const isBound = textAt(object, 'status', 'phase') === 'Bound'
  const named = textAt(before, 'volumeName') === '' && after['volumeName'] !== undefined ? { ...before, volumeName: after['volumeName'] } : before
  const classed = before['storageClassName'] === undefined && after['storageClassName'] !== undefined ? without(after, 'storageClassName') : after
  const comparable = isBound ? withFreeFields(classed, before) : classed
  if (same(named, comparable)) return []
  return [forbiddenField('spec', `${immutableSpec}\n${goDiff('PersistentVolumeClaimSpec', named, comparable)}`)]
}

function withFreeFields(after: JsonObject, before: JsonObject): JsonObject {
  const storage = at(before, 'resources', 'requests', 'storage')
  const requests = { ...objectAt(after, 'resources', 'requests'), ...(storage === undefined ? {} : { storage }) }
  const attributes = before['volumeAttributesClassName']
  const rest = without(after, 'volumeAttributesClassName')
  return { ...rest, resources: { ...objectAt(after, 'resources'), requests }, ...(attributes === undefined ? {} : { volumeAttributesClassName: attributes }) }
}

function shrinkFaults(current: JsonObject, before: JsonObject, after: JsonObject): Faults {
  const amount = (spec: Json | undefined, ...path: string[]): bigint => parseQuantity(textAt(spec, ...path))?.nanos ?? 0n
  const wanted = amount(after, 'resources', 'requests', 'storage')
  if (wanted >= amount(before, 'resources', 'requests', 'storage')) return []
  if (wanted > amount(current, 'status', 'capacity', 'storage')) return []
  return [forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')]
}

function immutable(before: Json | undefined, after: Json | undefined, field: string): Faults {
  return same(before, after) ? [] : [invalidValue(field, after, immutableText)]
}

export function volumeFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const policy = textAt(spec, 'persistentVolumeReclaimPolicy')
  const isRoot = textAt(spec, 'hostPath', 'path').replace(/\/+$/, '') === '' && spec['hostPath'] !== undefined && textAt(spec, 'hostPath', 'path') !== ''
  return [
    ...accessModeFaults(spec, 'spec', ''),
    ...capacityFaults(spec),
    ...(policy === '' || reclaimPolicies.includes(policy) ? [] : [notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies)]),
    ...affinityFaults(spec),
    ...volumeSourceFaults(spec, 'spec'),
    ...(isRoot && policy === 'Recycle' ? [forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")] : []),
    ...classFaults(spec, 'spec'),
    ...modeFaults(spec, 'spec'),
  ]
}

function capacityFaults(spec: JsonObject): Faults {
  const capacity = objectAt(spec, 'capacity')
  const names = Object.keys(capacity)
  return [
    ...(names.length === 0 ? [required('spec.capacity')] : []),
    ...(names.length === 1 && names[0] === 'storage' ? [] : [notSupported('spec.capacity', spec['capacity'], ['storage'])]),
    ...names.flatMap(each => [...basic(capacity[each], `spec.capacity[${each}]`), ...positive(capacity[each], `spec.capacity[${each}]`)]),
  ]
}

function affinityFaults(spec: JsonObject): Faults {
  if (spec['nodeAffinity'] === undefined) {
    return spec['local'] === undefined ? [] : [required('spec.nodeAffinity', 'Local volume requires node affinity')]
  }
  const field = 'spec.nodeAffinity.required'
  if (at(spec, 'nodeAffinity', 'required') === undefined) return [required(field, 'must specify required node constraints')]
  const terms = arrayAt(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms')
  return terms.length === 0 ? [required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term')] : []
}

export function volumeUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const before = objectAt(current, 'spec')
  const after = objectAt(object, 'spec')
  const [old, next] = [sourceOf(before), withoutNewExpandSecret(before, sourceOf(after))]
  const source = same(old, next)
    ? []
    : [forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${goDiff('PersistentVolumeSource', old, next)}`)]
  const affinity = before['nodeAffinity'] === undefined ? [] : affinityChange(before['nodeAffinity'], after['nodeAffinity'])
  return [...volumeFaults(object), ...source, ...immutable(before['volumeMode'], after['volumeMode'], 'volumeMode'), ...affinity]
}

function affinityChange(before: Json, after: Json | undefined): Faults {
  if (same(before, after)) return []
  const text = JSON.stringify(goJson('VolumeNodeAffinity', after))
  return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${text}: field is immutable, except for updating from beta label to GA`, field: 'nodeAffinity' }]
}

function sourceOf(spec: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => volumeSourceKeys.includes(key)))
}

/** The secret for expansion may be added once. */
function withoutNewExpandSecret(before: JsonObject, source: JsonObject): JsonObject {
  if (before['csi'] === undefined || source['csi'] === undefined || at(before, 'csi', 'controllerExpandSecretRef') !== undefined) return source
  return { ...source, csi: without(objectAt(source, 'csi'), 'controllerExpandSecretRef') }
}
