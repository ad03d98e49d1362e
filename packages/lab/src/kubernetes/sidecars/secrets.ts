/** Secrets that a StorageClass names by template: `csi.storage.k8s.io/<use>-secret-{name,namespace}`. */
import type { Api } from '../api/api.ts'
import type { Claim, Secret } from '../controllers/objects.ts'

export interface SecretReference {
  readonly name: string
  readonly namespace: string
}

export const csiPrefix = 'csi.storage.k8s.io/'

export type SecretUse = 'provisioner' | 'controller-publish' | 'node-stage' | 'node-publish' | 'controller-expand' | 'node-expand'

/** undefined when the class names none. Throws in the provisioner's words. */
export function secretReference(use: SecretUse, parameters: Readonly<Record<string, string>>, volume: string, claim: Claim): SecretReference | undefined {
  const name = parameters[`${csiPrefix}${use}-secret-name`]
  const namespace = parameters[`${csiPrefix}${use}-secret-namespace`]
  if (name === undefined && namespace === undefined) return undefined
  if (name === undefined || namespace === undefined) throw new Error(`either name and namespace for ${use} secrets specified, Both must be specified`)
  if (name === '' || namespace === '') throw new Error(`${use} secrets specified in parameters but value of either namespace or name is empty`)
  const shared: Record<string, string> = { 'pv.name': volume, 'pvc.namespace': claim.metadata.namespace ?? '' }
  const own: Record<string, string> = { ...shared, 'pvc.name': claim.metadata.name }
  for (const [key, value] of Object.entries(claim.metadata.annotations ?? {})) own[`pvc.annotations['${key}']`] = value
  return { namespace: resolve(namespace, use === 'provisioner' ? own : shared), name: resolve(name, own) }
}

function resolve(template: string, values: Readonly<Record<string, string>>): string {
  const missing: string[] = []
  const resolved = template.replaceAll(/\$\{([^}]*)\}/g, (_, token: string) => {
    if (values[token] === undefined) missing.push(token)
    return values[token] ?? ''
  })
  if (missing.length > 0) throw new Error(`error resolving value "${template}": invalid tokens: [${missing.map((each) => `"${each}"`).join(' ')}]`)
  return resolved
}

/** The secret's data as text. Throws in the provisioner's words when it is not there. */
export function readSecret(api: Api, reference: SecretReference | undefined): Record<string, string> {
  if (reference === undefined) return {}
  const secret = api.get<Secret>('secrets', reference.name, reference.namespace)
  if (secret === undefined) throw new Error(`error getting secret ${reference.name} in namespace ${reference.namespace}: secrets "${reference.name}" not found`)
  return decodeSecret(secret)
}

export function decodeSecret(secret: Secret): Record<string, string> {
  return Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))
}
