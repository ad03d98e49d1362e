/** PodSpec: pkg/apis/core/validation, as far as the parts that storage and plain workloads use. */
import { arrayAt, at, objectAt, same, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { duplicate, forbiddenField, invalidValue, notFoundValue, notSupported, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { goDiff } from './go-dump.ts'
import { dnsLabel, dnsSubdomain, labelFaults } from './names.ts'
import { hostPathFaults, nfsFaults } from './volume-sources.ts'

export function podSpecFaults(spec: JsonObject, field: string, extraVolumes: readonly string[] = []): Faults {
  const volumes = volumeListFaults(spec, field)
  const names = new Set([...volumes.names, ...extraVolumes])
  return [
    ...volumes.faults,
    ...containerListFaults(arrayAt(spec, 'containers'), `${field}.containers`, names, spec),
    ...initContainerFaults(spec, field, names),
    ...oneOf(spec, field, 'restartPolicy', ['Always', 'OnFailure', 'Never']),
    ...oneOf(spec, field, 'dnsPolicy', ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...labelFaults(objectAt(spec, 'nodeSelector'), `${field}.nodeSelector`),
    ...nameFaults(spec, field),
  ]
}

function oneOf(spec: JsonObject, field: string, key: string, allowed: readonly string[]): Faults {
  const value = textAt(spec, key)
  if (value === '') return [required(`${field}.${key}`)]
  return allowed.includes(value) ? [] : [notSupported(`${field}.${key}`, value, allowed)]
}

function nameFaults(spec: JsonObject, field: string): Faults {
  const subdomains = ['serviceAccountName', 'nodeName'].flatMap(key => ruled(dnsSubdomain, spec, field, key))
  return [...subdomains, ...['hostname', 'subdomain'].flatMap(key => ruled(dnsLabel, spec, field, key))]
}

function ruled(rule: (name: string) => readonly string[], spec: JsonObject, field: string, key: string): Faults {
  const name = textAt(spec, key)
  return name === '' ? [] : rule(name).map(each => invalidValue(`${field}.${key}`, name, each))
}

interface VolumeList {
  readonly faults: Faults
  readonly names: readonly string[]
}

function volumeListFaults(spec: JsonObject, field: string): VolumeList {
  const names: string[] = []
  const faults = arrayAt(spec, 'volumes').flatMap((volume, index) => {
    const path = `${field}.volumes[${index}]`
    const name = textAt(volume, 'name')
    const own = [...sourceFaults(volume, path), ...volumeNameFaults(name, `${path}.name`), ...(names.includes(name) ? [duplicate(`${path}.name`, name)] : [])]
    if (own.length === 0) names.push(name)
    return own
  })
  return { faults, names }
}

function volumeNameFaults(name: string, field: string): Faults {
  return name === '' ? [required(field)] : dnsLabel(name).map(each => invalidValue(field, name, each))
}

function sourceFaults(volume: Json, path: string): Faults {
  const object = objectAt({ volume }, 'volume')
  const kinds = Object.keys(object).filter(each => each !== 'name')
  if (kinds.length === 0) return [required(path, 'must specify a volume type')]
  return kinds.flatMap((kind, index) => {
    if (index > 0) return [forbiddenField(`${path}.${kind}`, 'may not specify more than 1 volume type')]
    const source = objectAt(object, kind)
    if (kind === 'hostPath') return hostPathFaults(source, `${path}.hostPath`)
    if (kind === 'nfs') return nfsFaults(source, `${path}.nfs`)
    const needed = requiredOfSource[kind]
    return needed !== undefined && textAt(source, needed) === '' ? [required(`${path}.${kind}.${needed}`)] : []
  })
}

const requiredOfSource: Readonly<Record<string, string>> = { persistentVolumeClaim: 'claimName', secret: 'secretName', configMap: 'name', csi: 'driver' }

function containerListFaults(containers: readonly Json[], field: string, volumes: ReadonlySet<string>, spec: JsonObject): Faults {
  if (containers.length === 0) return [required(field)]
  const seen = new Set<string>()
  return containers.flatMap((container, index) => {
    const path = `${field}[${index}]`
    const name = textAt(container, 'name')
    const twice = seen.has(name) ? [duplicate(`${path}.name`, name)] : []
    seen.add(name)
    return [...containerFaults(container, path, volumes, spec), ...twice]
  })
}

function initContainerFaults(spec: JsonObject, field: string, volumes: ReadonlySet<string>): Faults {
  const init = arrayAt(spec, 'initContainers')
  const main = arrayAt(spec, 'containers').map(each => textAt(each, 'name'))
  const shared = init.flatMap((each, index) => (main.includes(textAt(each, 'name')) ? [duplicate(`${field}.initContainers[${index}].name`, textAt(each, 'name'))] : []))
  return init.length === 0 ? [] : [...containerListFaults(init, `${field}.initContainers`, volumes, spec), ...shared]
}

function containerFaults(container: Json, path: string, volumes: ReadonlySet<string>, spec: JsonObject): Faults {
  const name = textAt(container, 'name')
  return [
    ...(name === '' ? [required(`${path}.name`)] : dnsLabel(name).map(each => invalidValue(`${path}.name`, name, each))),
    ...(textAt(container, 'image') === '' ? [required(`${path}.image`)] : []),
    ...envFaults(container, path),
    ...mountFaults(container, path, volumes),
    ...deviceFaults(container, path, volumes, spec),
    ...pullPolicyFaults(container, path),
  ]
}

function envFaults(container: Json, path: string): Faults {
  return arrayAt(container, 'env').flatMap((each, index) => {
    const field = `${path}.env[${index}]`
    const missing = textAt(each, 'name') === '' ? [required(`${field}.name`)] : []
    const both = textAt(each, 'value') !== '' && at(each, 'valueFrom') !== undefined
    return both ? [...missing, invalidValue(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty')] : missing
  })
}

function pullPolicyFaults(container: Json, path: string): Faults {
  const policies = ['Always', 'IfNotPresent', 'Never']
  const policy = textAt(container, 'imagePullPolicy')
  return policies.includes(policy) ? [] : [notSupported(`${path}.imagePullPolicy`, policy, policies)]
}

function mountFaults(container: Json, path: string, volumes: ReadonlySet<string>): Faults {
  const paths = new Set<string>()
  const devices = new Set(arrayAt(container, 'volumeDevices').map(each => textAt(each, 'name')))
  return arrayAt(container, 'volumeMounts').flatMap((mount, index) => {
    const field = `${path}.volumeMounts[${index}]`
    const name = textAt(mount, 'name')
    const mountPath = textAt(mount, 'mountPath')
    const twice = paths.has(mountPath) ? [invalidValue(`${field}.mountPath`, mountPath, 'must be unique')] : []
    paths.add(mountPath)
    return [
      ...(name === '' ? [required(`${field}.name`)] : []),
      ...(volumes.has(name) ? [] : [notFoundValue(`${field}.name`, name)]),
      ...(mountPath === '' ? [required(`${field}.mountPath`)] : []),
      ...twice,
      ...(devices.has(name) ? [invalidValue(`${field}.name`, name, 'must not already exist in volumeDevices')] : []),
      ...propagationFaults(container, mount, `${path}.volumeMounts.mountPropagation`),
    ]
  })
}

function propagationFaults(container: Json, mount: Json, field: string): Faults {
  const mode = textAt(mount, 'mountPropagation')
  const modes = ['Bidirectional', 'HostToContainer', 'None']
  if (mode === '') return []
  if (!modes.includes(mode)) return [notSupported(field, mode, modes)]
  const isPrivileged = at(container, 'securityContext', 'privileged') === true
  return mode === 'Bidirectional' && !isPrivileged ? [forbiddenField(field, 'Bidirectional mount propagation is available only to privileged containers')] : []
}

function deviceFaults(container: Json, path: string, volumes: ReadonlySet<string>, spec: JsonObject): Faults {
  const mounted = new Set(arrayAt(container, 'volumeMounts').map(each => textAt(each, 'name')))
  return arrayAt(container, 'volumeDevices').flatMap((device, index) => {
    const field = `${path}.volumeDevices[${index}]`
    const name = textAt(device, 'name')
    const volume = arrayAt(spec, 'volumes').find(each => textAt(each, 'name') === name)
    const isClaim = volume === undefined || at(volume, 'persistentVolumeClaim') !== undefined || at(volume, 'ephemeral') !== undefined
    return [
      ...(name === '' ? [required(`${field}.name`)] : []),
      ...(isClaim ? [] : [invalidValue(`${field}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')]),
      ...(volumes.has(name) ? [] : [notFoundValue(`${field}.name`, name)]),
      ...(textAt(device, 'devicePath') === '' ? [required(`${field}.devicePath`)] : []),
      ...(mounted.has(name) ? [invalidValue(`${field}.name`, name, 'must not already exist in volumeMounts')] : []),
    ]
  })
}

const podImmutable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export function podUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const before = objectAt(current, 'spec')
  const after = objectAt(object, 'spec')
  if (same(before, after)) return []
  const counted = ['containers', 'initContainers'].flatMap(key => countFaults(before, after, key))
  if (counted.length > 0) return counted
  const comparable = withFreeFields(before, after)
  const changed = same(before, comparable) ? [] : [forbiddenField('spec', `${podImmutable}\n${goDiff('PodSpec', before, comparable)}`)]
  return [...podSpecFaults(after, 'spec'), ...changed]
}

function countFaults(before: JsonObject, after: JsonObject, key: string): Faults {
  if (arrayAt(before, key).length === arrayAt(after, key).length) return []
  return [forbiddenField(`spec.${key}`, 'pod updates may not add or remove containers')]
}

function withFreeFields(before: JsonObject, after: JsonObject): JsonObject {
  const images = (key: string): Json =>
    arrayAt(after, key).map((each, index) => ({ ...objectAt({ each }, 'each'), image: textAt(arrayAt(before, key)[index], 'image') }))
  const out: Record<string, Json> = { ...after }
  for (const key of ['containers', 'initContainers']) if (out[key] !== undefined) out[key] = images(key)
  for (const key of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) {
    const value = before[key]
    if (value === undefined) delete out[key]
    else out[key] = value
  }
  return out
}
