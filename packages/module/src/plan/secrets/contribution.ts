/** Secrets of which the declaration says the source: ExternalSecrets as objects, and what `apply` makes itself. */
import type { DeclaredSecretSpec } from '../../spec/cluster-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { Contribution, PlannedObject, SecretSource } from '../plan.ts'
import { externalSecret, type ExternalKey } from './external-secret.ts'

export function secretsContribution(spec: Spec): Contribution {
  return { objects: spec.secrets.flatMap((secret) => external(spec, secret)), secrets: spec.secrets.flatMap(sources) }
}

function external(spec: Spec, { namespace, name, refreshInterval, keys }: DeclaredSecretSpec): readonly PlannedObject[] {
  const [first, ...others] = keys.filter((key): key is ExternalKey => key.from === 'externalSecret')
  if (first === undefined) return []
  const object = externalSecret({ namespace, name, labels: labelsOf(spec, 'system'), refreshInterval, keys: [first, ...others] })
  const reason = `Secret ${namespace}/${name} is made from ${first.store.kind} ${first.store.name}`
  return [{ ...planned('secrets', object, reason, [`Namespace/${namespace}`], `Secret ${name} stays as it is and is no longer renewed`), ready: { conditions: ['Ready'] } }]
}

function sources({ namespace, name, keys }: DeclaredSecretSpec): readonly SecretSource[] {
  return keys.flatMap((key): readonly SecretSource[] => {
    const place = { namespace, name, key: key.key, before: [] }
    if (key.from === 'environment') return [{ ...place, source: { from: 'environment', variable: key.variable }, reason: `key ${key.key} of Secret ${name} is read from the environment variable ${key.variable}` }]
    return key.from === 'file' ? [{ ...place, source: { from: 'file', path: key.path }, reason: `key ${key.key} of Secret ${name} is read from a file` }] : []
  })
}
