/** The StorageClass parameters of the local backend: directories of a node. */
import { ParameterReader, type ParameterDescription, type ParameterMap } from './parameter-reader.ts'
import type { ParsedParameters } from './proxmox-parameters.ts'
import { fstypeKey, readSidecarParameters, sidecarKeys } from './sidecar-parameters.ts'

export const quotaModes = ['auto', 'required', 'off'] as const
export type QuotaMode = (typeof quotaModes)[number]

export interface LocalParameters {
  /** `auto`: sizes are enforced where the filesystem can; `required`: refused where it cannot; `off`: never. */
  readonly quota: QuotaMode
  /** The backend's name in the driver's configuration, when it has several. */
  readonly backend?: string
}

export const localParameterDescriptions: readonly ParameterDescription[] = [
  { key: 'quota', type: quotaModes.join('|'), default: 'auto', description: 'whether sizes are enforced by project quotas: where it can be, or not at all without them, or never' },
  { key: 'backend', type: 'name', description: "the backend's name, when the driver serves several" },
]

const knownKeys = [...localParameterDescriptions.map(({ key }) => key), ...sidecarKeys]

export function parseLocalParameters(input: ParameterMap, path: readonly (string | number)[] = ['parameters']): ParsedParameters<LocalParameters> {
  const reader = new ParameterReader(input, path)
  reader.refuseUnknown(knownKeys)
  reader.warnAboutEmpty()
  const { fstype, claim, secrets } = readSidecarParameters(reader)
  if (fstype !== undefined) {
    reader.warn(fstypeKey, 'parameter-without-effect', `parameter ${fstypeKey} has no effect: a local volume is a directory of the node's own filesystem`, 'remove it')
  }
  const quota = reader.choice('quota', quotaModes) ?? 'auto'
  const backend = reader.pattern('backend', /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'a name')
  const parameters = reader.ok ? { quota, ...(backend === undefined ? {} : { backend }) } : undefined
  return { parameters, claim, secrets, findings: reader.findings }
}
