/**
 * The `csi.storage.k8s.io/…` keys: those that a StorageClass may hold (the provisioner reads and strips them) and those that
 * the provisioner adds to CreateVolume with --extra-create-metadata. Source: external-provisioner v6, pkg/controller.
 */
import { isDnsLabel, isDnsSubdomain } from './names.ts'
import type { ParameterReader } from './parameter-reader.ts'

export const sidecarPrefix = 'csi.storage.k8s.io/'
export const fstypeKey = `${sidecarPrefix}fstype`

export const filesystemTypes = ['ext4', 'xfs'] as const
export type FilesystemType = (typeof filesystemTypes)[number]

const secretUses = ['provisioner', 'controller-publish', 'node-stage', 'node-publish', 'controller-expand', 'node-expand'] as const
export type SecretUse = (typeof secretUses)[number]

const metadataKeys = [`${sidecarPrefix}pvc/name`, `${sidecarPrefix}pvc/namespace`, `${sidecarPrefix}pv/name`] as const

export const sidecarKeys: readonly string[] = [
  fstypeKey,
  ...metadataKeys,
  ...secretUses.flatMap((use) => [`${sidecarPrefix}${use}-secret-name`, `${sidecarPrefix}${use}-secret-namespace`]),
]

/** Whose volume it is, as the provisioner told. */
export interface ClaimMetadata {
  readonly pvcName?: string
  readonly pvcNamespace?: string
  readonly pvName?: string
}

export interface SecretReference {
  readonly name: string
  readonly namespace: string
}

export interface SidecarParameters {
  readonly fstype?: FilesystemType
  readonly claim: ClaimMetadata
  readonly secrets: Readonly<Partial<Record<SecretUse, SecretReference>>>
}

export function readSidecarParameters(reader: ParameterReader): SidecarParameters {
  const fstype = reader.choice(fstypeKey, filesystemTypes)
  const pvcName = reader.text(`${sidecarPrefix}pvc/name`)
  const pvcNamespace = reader.text(`${sidecarPrefix}pvc/namespace`)
  const pvName = reader.text(`${sidecarPrefix}pv/name`)
  return {
    ...(fstype === undefined ? {} : { fstype }),
    claim: {
      ...(pvcName === undefined ? {} : { pvcName }),
      ...(pvcNamespace === undefined ? {} : { pvcNamespace }),
      ...(pvName === undefined ? {} : { pvName }),
    },
    secrets: Object.fromEntries(secretUses.flatMap((use) => readSecret(reader, use))),
  }
}

/** Names may hold the provisioner's templates: `${pvc.name}`. */
const template = /\$\{(pv\.name|pvc\.(name|namespace|annotations\['[^']+'\]))\}/g

function readSecret(reader: ParameterReader, use: SecretUse): readonly (readonly [SecretUse, SecretReference])[] {
  const nameKey = `${sidecarPrefix}${use}-secret-name`
  const namespaceKey = `${sidecarPrefix}${use}-secret-namespace`
  const name = reader.text(nameKey)
  const namespace = reader.text(namespaceKey)
  if (name === undefined && namespace === undefined) return []
  if (name === undefined) return missing(reader, nameKey, namespaceKey)
  if (namespace === undefined) return missing(reader, namespaceKey, nameKey)
  if (!isDnsSubdomain(name.replaceAll(template, 'x'))) reader.fault(nameKey, 'invalid-parameter', `${JSON.stringify(name)} cannot name a Secret`)
  if (!isDnsLabel(namespace.replaceAll(template, 'x'))) reader.fault(namespaceKey, 'invalid-parameter', `${JSON.stringify(namespace)} cannot name a namespace`)
  return [[use, { name, namespace }]]
}

function missing(reader: ParameterReader, key: string, given: string): readonly [] {
  reader.fault(key, 'missing-parameter', `parameter ${given} is given without ${key}`, `add ${key}`)
  return []
}
