/** Where the bytes of a volume are: one source of the many. */
import { objectAt, textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { forbiddenField, invalidValue, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { dnsSubdomain } from './names.ts'

/** In the order in which the server looks at them. */
export const volumeSourceKeys: readonly string[] = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc',
  'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
]

export function volumeSourceFaults(spec: JsonObject, field: string): Faults {
  const present = volumeSourceKeys.filter(each => spec[each] !== undefined)
  if (present.length === 0) return [required(field, 'must specify a volume type')]
  return present.flatMap((key, index) => {
    if (index > 0) return [forbiddenField(`${field}.${key}`, 'may not specify more than 1 volume type')]
    return sourceRules[key]?.(objectAt(spec, key), `${field}.${key}`) ?? []
  })
}

type SourceRule = (source: JsonObject, field: string) => Faults

const hostPathTypes = ['', 'DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice']

function climbing(path: string, field: string): Faults {
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : []
}

export const hostPathFaults: SourceRule = (source, field) => {
  const path = textAt(source, 'path')
  if (path === '') return [required(`${field}.path`)]
  const type = textAt(source, 'type')
  const unknown = hostPathTypes.includes(type) ? [] : [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(type)}: supported values: ${hostPathTypes.toSorted().map(each => JSON.stringify(each)).join(', ')}`, field: `${field}.type` }]
  return [...climbing(path, `${field}.path`), ...unknown]
}

export const nfsFaults: SourceRule = (source, field) => {
  const path = textAt(source, 'path')
  return [
    ...(textAt(source, 'server') === '' ? [required(`${field}.server`)] : []),
    ...(path === '' ? [required(`${field}.path`)] : []),
    ...(path !== '' && !path.startsWith('/') ? [invalidValue(`${field}.path`, path, 'must be an absolute path')] : []),
  ]
}

const localFaults: SourceRule = (source, field) => {
  const path = textAt(source, 'path')
  return path === '' ? [required(`${field}.path`)] : climbing(path, `${field}.path`)
}

const csiFaults: SourceRule = (source, field) => [
  ...driverNameFaults(textAt(source, 'driver'), `${field}.driver`),
  ...(textAt(source, 'volumeHandle') === '' ? [required(`${field}.volumeHandle`)] : []),
  ...['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef', 'nodeStageSecretRef'].flatMap(key => secretFaults(source, field, key)),
]

function secretFaults(source: JsonObject, field: string, key: string): Faults {
  if (source[key] === undefined) return []
  return ['name', 'namespace'].filter(each => textAt(source, key, each) === '').map(each => required(`${field}.${key}.${each}`))
}

export function driverNameFaults(name: string, field: string): Faults {
  if (name === '') return [required(field)]
  const long = name.length > 63 ? [{ reason: 'FieldValueTooLong', message: 'Too long: may not be more than 63 bytes', field }] : []
  return [...long, ...dnsSubdomain(name.toLowerCase()).map(each => invalidValue(field, name, each))]
}

const sourceRules: Readonly<Record<string, SourceRule>> = { hostPath: hostPathFaults, nfs: nfsFaults, local: localFaults, csi: csiFaults }
