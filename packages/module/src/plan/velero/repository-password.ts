/** The password of the backups' repository: there before Velero first starts, else it takes a constant that everybody knows. */
import type { Spec } from '../../spec/spec.ts'
import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { Contribution, SecretSource } from '../plan.ts'
import { externalSecret } from '../secrets/external-secret.ts'
import { releaseId } from './names.ts'

const reason = 'the password of the backups’ repository; it cannot be changed later, and losing it loses every backup'

export function repositoryPassword(spec: Spec, velero: VeleroSpec, before: readonly string[]): Contribution {
  const { namespace, repositoryPassword: from } = velero
  switch (from.from) {
    case 'existing':
      return { needs: [{ kind: 'Secret', namespace, name: from.name, reason: `${reason}. Its key is ${from.key}, and it must be there before Velero is` }] }
    case 'externalSecret': {
      const object = externalSecret({ namespace, name: from.name, labels: labelsOf(spec, 'system'), refreshInterval: '1h', keys: [from] })
      return { objects: [{ ...planned('secrets', object, `${reason}; it comes from ${from.store.kind} ${from.store.name}`, before, 'the Secret that it made stays; a new cluster would not get it', true), ready: { conditions: ['Ready'] } }] }
    }
    case 'environment':
      return { secrets: [secret(velero, { from: 'environment', variable: from.variable })] }
    case 'file':
      return { secrets: [secret(velero, { from: 'file', path: from.path })] }
    case 'generate':
      return { secrets: [secret(velero, { from: 'generate' })], notes: [`the password of the backups’ repository is made by apply: keep ${namespace}/${from.name} elsewhere at once, for without it no backup can be read`] }
  }
}

function secret(velero: VeleroSpec, source: SecretSource['source']): SecretSource {
  const { name, key } = velero.repositoryPassword
  return { namespace: velero.namespace, name, key, source, reason, before: [releaseId(velero)] }
}
