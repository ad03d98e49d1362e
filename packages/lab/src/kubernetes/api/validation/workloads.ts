/** StatefulSet, Deployment, ReplicaSet, DaemonSet: pkg/apis/apps/validation. */
import { arrayAt, at, isObject, numberAt, objectAt, same, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { forbiddenField, immutableText, invalidValue, notSupported, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { matchesSelector } from './label-selector.ts'
import { dnsLabel, labelFaults } from './names.ts'
import { podSpecFaults } from './pod-spec.ts'
import { claimSpecFaults } from './volumes.ts'

export function nonNegative(object: Json | undefined, field: string): Faults {
  const value = numberAt(object, ...field.split('.'))
  return value !== undefined && value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : []
}

function selectorFaults(spec: JsonObject, kind: string): Faults {
  const selector = spec['selector']
  if (selector === undefined || selector === null || !isObject(selector)) return [required('spec.selector')]
  const count = Object.keys(objectAt(selector, 'matchLabels')).length + arrayAt(selector, 'matchExpressions').length
  return count === 0 ? [invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`)] : []
}

interface TemplateRules {
  readonly kind: string
  readonly extraVolumes: readonly string[]
}

function templateFaults(spec: JsonObject, rules: TemplateRules): Faults {
  const template = objectAt(spec, 'template')
  const labels = at(template, 'metadata', 'labels')
  const selector = spec['selector']
  const matches = isObject(selector ?? null) && isObject(selector) ? matchesSelector(selector, objectAt({ labels: labels ?? {} }, 'labels')) : false
  const podSpec = objectAt(template, 'spec')
  const policy = textAt(podSpec, 'restartPolicy')
  return [
    ...(matches ? [] : [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]),
    ...podSpecFaults(podSpec, 'spec.template.spec', rules.extraVolumes),
    ...labelFaults(objectAt(template, 'metadata', 'labels'), 'spec.template.labels'),
    ...(policy === 'Always' ? [] : [notSupported('spec.template.spec.restartPolicy', policy, ['Always'])]),
    ...(podSpec['activeDeadlineSeconds'] === undefined ? [] : [forbiddenField('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${rules.kind} is not Supported`)]),
  ]
}

const counters = ['spec.replicas', 'spec.minReadySeconds', 'spec.revisionHistoryLimit']

export function deploymentFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const progress = numberAt(spec, 'progressDeadlineSeconds')
  const minReady = numberAt(spec, 'minReadySeconds') ?? 0
  return [
    ...nonNegative(object, 'spec.replicas'),
    ...selectorFaults(spec, 'deployment'),
    ...templateFaults(spec, { kind: 'ReplicaSet', extraVolumes: [] }),
    ...strategyFaults(spec),
    ...['spec.minReadySeconds', 'spec.revisionHistoryLimit', 'spec.progressDeadlineSeconds'].flatMap(each => nonNegative(object, each)),
    ...(progress !== undefined && progress <= minReady ? [invalidValue('spec.progressDeadlineSeconds', progress, 'must be greater than minReadySeconds')] : []),
  ]
}

function strategyFaults(spec: JsonObject): Faults {
  const type = textAt(spec, 'strategy', 'type')
  const rolling = at(spec, 'strategy', 'rollingUpdate')
  if (type === 'Recreate') return rolling === undefined ? [] : [forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")]
  return type === 'RollingUpdate' ? [] : [notSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])]
}

export function replicaSetFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  return [
    ...counters.slice(0, 2).flatMap(each => nonNegative(object, each)),
    ...selectorFaults(spec, 'deployment'),
    ...templateFaults(spec, { kind: 'ReplicaSet', extraVolumes: [] }),
  ]
}

export function daemonSetFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  return [...(spec['selector'] === undefined ? [] : selectorFaults(spec, 'daemonset')), ...templateFaults(spec, { kind: 'DaemonSet', extraVolumes: [] })]
}

export function selectorUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const selector = at(object, 'spec', 'selector')
  return same(at(current, 'spec', 'selector'), selector) ? [] : [invalidValue('spec.selector', selector, immutableText)]
}

/** Claim templates are mounted as volumes of their name. */
export function statefulSetFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const templates = arrayAt(spec, 'volumeClaimTemplates')
  const service = textAt(spec, 'serviceName')
  return [
    ...statefulModes(spec),
    ...templates.flatMap((each, index) => claimSpecFaults(objectAt(each, 'spec'), `spec.volumeClaimTemplates[${index}].spec`)),
    ...counters.slice(0, 2).flatMap(each => nonNegative(object, each)),
    ...(service === '' ? [] : dnsLabel(service).map(each => invalidValue('spec.serviceName', service, each))),
    ...selectorFaults(spec, 'statefulset'),
    ...templateFaults(spec, { kind: 'StatefulSet', extraVolumes: templates.map(each => textAt(each, 'metadata', 'name')) }),
  ]
}

function statefulModes(spec: JsonObject): Faults {
  const management = textAt(spec, 'podManagementPolicy')
  const strategy = textAt(spec, 'updateStrategy', 'type')
  return [
    ...(['OrderedReady', 'Parallel'].includes(management) ? [] : [invalidValue('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'")]),
    ...(['RollingUpdate', 'OnDelete'].includes(strategy) ? [] : [invalidValue('spec.updateStrategy', spec['updateStrategy'], "must be 'RollingUpdate' or 'OnDelete'")]),
  ]
}

const free = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']
const statefulImmutable =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

export function statefulSetUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const fixed = (each: JsonObject): JsonObject => Object.fromEntries(Object.entries(objectAt(each, 'spec')).filter(([key]) => !free.includes(key)))
  const changed = same(fixed(current), fixed(object)) ? [] : [forbiddenField('spec', statefulImmutable)]
  return [...statefulSetFaults(object), ...changed]
}
