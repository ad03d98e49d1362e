/** No secret stands in a declaration: it is committed, rendered and shown. */
import { fault, type Check, type Fault } from './check.ts'

const secretKey = /^(?:token[-_]?secret|secret|password|passphrase|token|api[-_]?token|private[-_]?key|access[-_]?key|secret[-_]?key|(?:aws[-_]?)?secret[-_]?access[-_]?key|connection[-_]?string|sas[-_]?token)$/i
/** Ends of names that charts and containers give to passwords: adminPassword, DB_PASSWORD, GITHUB_TOKEN. repositoryPassword has a check of its own. */
const secretEnding = /(?<!^repository)(?:password|passwd|passphrase)$|^client[-_]?secret$/i
const secretVariable = /(?:^|_)(?:PASSWORD|PASSWD|TOKEN|SECRET|SECRET_KEY|ACCESS_KEY|PRIVATE_KEY)$/
/** The secret of a Proxmox API token is a UUID; a whole token is `user@realm!name=uuid`, also after `PVEAPIToken=`. */
const tokenValue = /^(?:(?:PVEAPIToken=)?[^\s@!=]+@[^\s@!=]+![^\s=]+=)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** An access key id of AWS, and its credentials file (velero-plugin-for-aws reads one). */
const awsValue = /^AKIA[0-9A-Z]{16}$|aws_secret_access_key\s*=/i
const privateKeyText = /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----/
/** Tokens of GitHub and GitLab, signed tokens, a key of a Ceph user, a URL with a password. */
const otherSecret = /^gh[pousr]_\w{36,}$|^glpat-[\w-]{20,}$|^eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}$|^AQ[A-Za-z0-9+/]{36}==$|^[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@:]{0,200}:[^\s/@]{1,200}@/i

/** Keys whose values are names that people choose. */
const free = new Set(['labels', 'annotations'])

export const secretsStayOutside: Check = ({ raw }) => {
  const faults: Fault[] = []
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    const key = path.at(-1)
    if (!isClusterId(path) && (isNoVariable(path, value) || isSecret(path, value))) {
      faults.push(found(path))
      return
    }
    if (typeof value !== 'object' || value === null || (typeof key === 'string' && free.has(key))) return
    const hidden = hiddenPart(value)
    if (hidden !== undefined) faults.push(found([...path, hidden]))
    for (const [inner, child] of Object.entries(value)) if (inner !== hidden) visit(child, [...path, Array.isArray(value) ? Number(inner) : inner])
  }
  visit(raw, [])
  return faults
}

/** The value itself is never repeated: findings end in logs. */
function found(path: readonly (string | number)[]): Fault {
  return fault('secret-in-text', path, `a secret is written in the text under ${JSON.stringify(path.at(-1))}`, 'revoke it, put a new one into a Kubernetes Secret, and write only the name of that Secret (credentials.secretRef of a Proxmox backend)')
}

/** Where the name of a variable belongs, text that is none is taken for the content. */
function isNoVariable(path: readonly (string | number)[], value: unknown): boolean {
  return path[3] === 'environment' && path.length === 5 && namesASource(path) && typeof value === 'string' && value !== '' && !/^[A-Za-z_]\w*$/.test(value)
}

/** Those have a check of their own, which says more and repeats no password. */
function isLookedAtElsewhere(path: readonly (string | number)[]): boolean {
  return path.at(-1) === 'repoURL' || path.at(-2) === 'endpoints'
}

/** The fsid of a Ceph cluster is a UUID and no secret: every client's configuration holds it. */
function isClusterId([spec, backends, , kind, key]: readonly (string | number)[]): boolean {
  return spec === 'spec' && backends === 'backends' && kind === 'ceph' && key === 'clusterID'
}

/** Under `spec.secrets.<name>.environment` and `file` stand keys of the Secret, with a variable or a path behind each. */
function namesASource([spec, secrets, , source, ...rest]: readonly (string | number)[]): boolean {
  return spec === 'spec' && secrets === 'secrets' && (source === 'environment' || source === 'file') && rest.length > 0
}

function isSecret(path: readonly (string | number)[], value: unknown): boolean {
  const key = path.at(-1)
  if (namesASource(path)) return typeof value === 'string' && isSecretText(value)
  if (typeof value === 'number') return typeof key === 'string' && isSecretName(key)
  if (typeof value !== 'string' || value === '') return false
  if (isLookedAtElsewhere(path)) return tokenValue.test(value)
  return (typeof key === 'string' && isSecretName(key)) || (isSecretText(value) && !isPublicId(key, value))
}

function isSecretName(key: string): boolean {
  return secretKey.test(key) || secretEnding.test(key) || secretVariable.test(key)
}

function isSecretText(value: string): boolean {
  return tokenValue.test(value) || awsValue.test(value) || privateKeyText.test(value) || otherSecret.test(value)
}

/** A variable of a container, `{name: DB_PASSWORD, value: …}`, and the content of a Secret among the objects of a chart. */
function hiddenPart(value: object): string | undefined {
  const at = (key: string): unknown => (Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined)
  const [name, content] = [at('name'), at('value')]
  if (typeof name === 'string' && isSecretName(name) && (typeof content === 'number' || (typeof content === 'string' && content !== ''))) return 'value'
  return at('kind') === 'Secret' ? ['stringData', 'data'].find((key) => Object.keys(Object(at(key))).length > 0) : undefined
}

/** The fsid of a Ceph cluster has the form of a token's secret, and opens nothing. */
function isPublicId(key: string | number | undefined, value: string): boolean {
  return key === 'clusterID' && !value.includes('=')
}
