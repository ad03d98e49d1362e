/** Checks of spec.secrets: each Secret has one source, and holds what asks for it. */
import { nearest } from '@stowage/core'
import { defaultNamespace } from '../../spec/default-namespace.ts'
import { valueAt } from '../../spec/value-at.ts'
import { fault, warning, type Check, type Fault, type Subject } from '../check.ts'

type DraftSecret = NonNullable<NonNullable<Subject['draft']['spec']>['secrets']>[string]

/** An ExternalSecret would write over what apply made, and the other way round. */
const oneSource: Check = ({ draft, raw }) =>
  secretsOf(draft).flatMap(([name, { externalSecret, environment = {}, file = {} }]) => {
    const path = ['spec', 'secrets', name]
    const own = [...Object.keys(environment), ...Object.keys(file)]
    const twice = Object.keys(file).filter((key) => Object.hasOwn(environment, key))
    return [
      ...(externalSecret !== undefined && own.length > 0 ? [fault('secret-of-two-sources', path, `Secret ${name} comes from an ExternalSecret and from apply at once`, 'keep externalSecret, or keep environment and file')] : []),
      ...(Object.keys(Object(valueAt(raw, path))).filter((key) => key !== 'namespace').length === 0 ? [fault('secret-without-source', path, `nothing says where Secret ${name} comes from`, 'add externalSecret, environment or file; or remove the entry when somebody else makes the Secret')] : []),
      ...twice.map((key) => fault('secret-of-two-sources', [...path, 'file', key], `key ${key} of Secret ${name} comes from a file and from the environment at once`, 'keep one')),
    ]
  })

/** What our own driver reads from its Secret (docs/reference: token_id, token_secret). */
const proxmoxKeys = ['token_id', 'token_secret'] as const

/** A Secret that a backend names and the declaration makes must hold what the backend reads. */
const backendsFindTheirKeys: Check = ({ draft, raw }) =>
  Object.entries(draft.spec?.backends ?? {}).flatMap(([backend, { proxmox }]): readonly Fault[] => {
    const name = proxmox?.credentials?.secretRef
    const secret = name === undefined ? undefined : draft.spec?.secrets?.[name]
    if (name === undefined || secret === undefined || !ofTheNamespace(draft, secret) || isMisspelt(valueAt(raw, ['spec', 'secrets', name]))) return []
    const held = keysOf(secret)
    const read: readonly string[] = proxmox?.driver === 'proxmox-csi-plugin' ? ['config.yaml'] : proxmoxKeys
    return read
      .filter((key) => !held.includes(key))
      .map((key) => fault('secret-lacks-key', ['spec', 'secrets', name], `Secret ${name} has no key ${key}, which backend ${backend} reads`, missingKey(key, held)))
  })

const fieldsOfASecret = new Set(['namespace', 'externalSecret', 'environment', 'file'])

/** A source that is written wrongly was cut out, and is reported as that. */
function isMisspelt(written: unknown): boolean {
  return Object.keys(Object(written)).some((field) => !fieldsOfASecret.has(field))
}

/** A key that is held under a misspelt name is renamed, not added. */
function missingKey(key: string, held: readonly string[]): string {
  const meant = nearest(key, held)
  if (meant !== undefined) return `rename ${meant} to ${key}`
  return held.length === 0 ? `add ${key}: the Secret would hold nothing` : `add ${key}; it holds ${held.join(', ')}`
}

/** A Secret in another namespace than who asks for it is not found. */
const secretsAreWhereTheyAreRead: Check = ({ draft }) =>
  Object.entries(draft.spec?.backends ?? {}).flatMap(([backend, { proxmox }]): readonly Fault[] => {
    const name = proxmox?.credentials?.secretRef
    const secret = name === undefined ? undefined : draft.spec?.secrets?.[name]
    if (name === undefined || secret === undefined || ofTheNamespace(draft, secret)) return []
    return [warning('secret-elsewhere', ['spec', 'secrets', name, 'namespace'], `Secret ${name} is declared in namespace ${secret.namespace ?? ''}, and backend ${backend} reads one of that name in ${namespaceOf(draft)}`, 'leave namespace out, or declare the other Secret, too')]
  })

export const secretsChecks: readonly Check[] = [
  oneSource, // an ExternalSecret, or apply: one of the two
  backendsFindTheirKeys, // with the keys that are read
  secretsAreWhereTheyAreRead, // in the namespace where they are read
]

function secretsOf(draft: Subject['draft']): readonly (readonly [string, DraftSecret])[] {
  return Object.entries(draft.spec?.secrets ?? {})
}

function keysOf({ externalSecret, environment, file }: DraftSecret): readonly string[] {
  return [externalSecret?.data, environment, file].flatMap((each) => Object.keys(each ?? {}))
}

function namespaceOf(draft: Subject['draft']): string {
  return draft.spec?.namespace ?? defaultNamespace
}

function ofTheNamespace(draft: Subject['draft'], { namespace }: DraftSecret): boolean {
  return namespace === undefined || namespace === namespaceOf(draft)
}
