/** No secret stands in a declaration: it is committed, rendered and shown. */
import { fault, type Check, type Fault } from './check.ts'

const secretKey = /^(?:token[-_]?secret|secret|password|passphrase|token|api[-_]?token|private[-_]?key|access[-_]?key|secret[-_]?key)$/i
/** The secret of a Proxmox API token is a UUID; a whole token is `user@realm!name=uuid`, also after `PVEAPIToken=`. */
const tokenValue = /^(?:(?:PVEAPIToken=)?[^\s@!=]+@[^\s@!=]+![^\s=]+=)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const privateKeyText = /-----BEGIN [A-Z ]*PRIVATE KEY-----/

/** Keys whose values are names that people choose. */
const free = new Set(['labels', 'annotations'])

export const secretsStayOutside: Check = ({ raw }) => {
  const faults: Fault[] = []
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    const key = path.at(-1)
    if (isSecret(key, value)) {
      // The value itself is never repeated: findings end in logs.
      faults.push(fault('secret-in-text', path, `a secret is written in the text under ${JSON.stringify(key)}`, 'revoke it, put a new one into a Kubernetes Secret, and name that in credentials.secretRef'))
      return
    }
    if (typeof value !== 'object' || value === null || (typeof key === 'string' && free.has(key))) return
    for (const [inner, child] of Object.entries(value)) visit(child, [...path, Array.isArray(value) ? Number(inner) : inner])
  }
  visit(raw, [])
  return faults
}

function isSecret(key: string | number | undefined, value: unknown): boolean {
  if (typeof value === 'number') return typeof key === 'string' && secretKey.test(key)
  if (typeof value !== 'string' || value === '') return false
  return (typeof key === 'string' && secretKey.test(key)) || tokenValue.test(value) || privateKeyText.test(value)
}
