/** No secret stands in a declaration: it is committed, rendered and shown. */
import { fault, type Check, type Fault } from './check.ts'

const secretKey = /^(?:token[-_]?secret|secret|password|passphrase|token|api[-_]?token|private[-_]?key|access[-_]?key|secret[-_]?key|(?:aws[-_]?)?secret[-_]?access[-_]?key|connection[-_]?string|sas[-_]?token)$/i
/** The secret of a Proxmox API token is a UUID; a whole token is `user@realm!name=uuid`, also after `PVEAPIToken=`. */
const tokenValue = /^(?:(?:PVEAPIToken=)?[^\s@!=]+@[^\s@!=]+![^\s=]+=)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** An access key id of AWS, and its credentials file (velero-plugin-for-aws reads one). */
const awsValue = /^AKIA[0-9A-Z]{16}$|aws_secret_access_key\s*=/i
const privateKeyText = /-----BEGIN [A-Z ]*PRIVATE KEY-----/

/** Keys whose values are names that people choose. */
const free = new Set(['labels', 'annotations'])

export const secretsStayOutside: Check = ({ raw }) => {
  const faults: Fault[] = []
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    const key = path.at(-1)
    if (!isClusterId(path) && isSecret(key, value, namesASource(path))) {
      // The value itself is never repeated: findings end in logs.
      faults.push(fault('secret-in-text', path, `a secret is written in the text under ${JSON.stringify(key)}`, 'revoke it, put a new one into a Kubernetes Secret, and write only the name of that Secret (credentials.secretRef of a Proxmox backend)'))
      return
    }
    if (typeof value !== 'object' || value === null || (typeof key === 'string' && free.has(key))) return
    for (const [inner, child] of Object.entries(value)) visit(child, [...path, Array.isArray(value) ? Number(inner) : inner])
  }
  visit(raw, [])
  return faults
}

/** The fsid of a Ceph cluster is a UUID and no secret: every client's configuration holds it. */
function isClusterId([spec, backends, , kind, key]: readonly (string | number)[]): boolean {
  return spec === 'spec' && backends === 'backends' && kind === 'ceph' && key === 'clusterID'
}

/** Under `spec.secrets.<name>.environment` and `file` stand keys of the Secret, with a variable or a path behind each. */
function namesASource([spec, secrets, , source, ...rest]: readonly (string | number)[]): boolean {
  return spec === 'spec' && secrets === 'secrets' && (source === 'environment' || source === 'file') && rest.length > 0
}

function isSecret(key: string | number | undefined, value: unknown, source: boolean): boolean {
  if (source) return typeof value === 'string' && (tokenValue.test(value) || awsValue.test(value) || privateKeyText.test(value))
  if (typeof value === 'number') return typeof key === 'string' && secretKey.test(key)
  if (typeof value !== 'string' || value === '') return false
  return (typeof key === 'string' && secretKey.test(key)) || (tokenValue.test(value) && !isPublicId(key, value)) || awsValue.test(value) || privateKeyText.test(value)
}

/** The fsid of a Ceph cluster has the form of a token's secret, and opens nothing. */
function isPublicId(key: string | number | undefined, value: string): boolean {
  return key === 'clusterID' && !value.includes('=')
}
