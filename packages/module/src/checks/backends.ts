/** Checks of spec.backends. */
import { backendKinds, type BackendKind } from '@stowage/core'
import { backendsOf, fault, warning, type Check, type DraftBackend, type Fault, type Subject } from './check.ts'

/** The kind of a backend, when exactly one is written; from the raw text, because a fault inside does not change the kind. */
export function kindOf(backend: DraftBackend | undefined): BackendKind | undefined {
  if (backend === undefined) return undefined
  const kinds = backendKinds.filter((kind) => backend[kind] !== undefined)
  return kinds.length === 1 ? kinds[0] : undefined
}

export function kindOfBackend({ draft }: Subject, name: string | undefined): BackendKind | undefined {
  const backends = draft.spec?.backends
  return name === undefined || backends === undefined || !Object.hasOwn(backends, name) ? undefined : kindOf(backends[name])
}

/** A backend is one of proxmox, local, nfs, rookCeph: not none, not two. */
export const backendsHoldOneKind: Check = (subject) =>
  backendsOf(subject).flatMap(([name, backend]) => {
    const kinds = backendKinds.filter((kind) => backend[kind] !== undefined)
    if (kinds.length === 1) return []
    const path = ['spec', 'backends', name]
    return kinds.length === 0
      ? [fault('backend-kind', path, `backend ${name} does not say what it is`, `add one of ${backendKinds.join(', ')}`)]
      : [fault('backend-kind', path, `backend ${name} is ${kinds.join(' and ')} at once`, 'make a backend of each')]
  })

/** `https://host[:port]`, nothing after it. */
export const endpointsAreHttps: Check = (subject) =>
  backendsOf(subject).flatMap(([name, backend]) =>
    (backend.proxmox?.endpoints ?? []).flatMap((endpoint, index) => {
      const trouble = endpointFault(endpoint)
      if (trouble === undefined) return []
      const [what, remedy] = trouble
      return [fault('bad-endpoint', ['spec', 'backends', name, 'proxmox', 'endpoints', index], `endpoint ${JSON.stringify(withoutUser(endpoint))} ${what}`, remedy)]
    }),
  )

function endpointFault(endpoint: string | undefined): readonly [string, string] | undefined {
  if (endpoint === undefined) return undefined
  if (!URL.canParse(endpoint)) return ['is not a URL', 'write e.g. https://pve.example:8006']
  const url = new URL(endpoint)
  if (!/^https?:$/.test(url.protocol)) return ['is not a URL', `write https://${endpoint}`]
  if (url.username !== '' || url.password !== '') return ['holds a user or password', 'remove it; credentials come from the Secret named in credentials.secretRef']
  if (url.protocol === 'http:') return ['is not encrypted', `write https://${url.host}`]
  if (!/^\/(?:api2\/json\/?)?$/.test(url.pathname) || url.search !== '' || url.hash !== '') return ['holds more than scheme, host and port', `write https://${url.host}`]
  return undefined
}

function withoutUser(endpoint: string): string {
  return endpoint.replace(/\/\/[^/@]*@/, '//…@')
}

/** Every Proxmox cluster has a region of its own: the region is in each volume's handle. */
export const regionsAreUnique: Check = (subject) => {
  const owners = new Map<string, string>()
  return backendsOf(subject).flatMap(([name, backend]) => {
    const region = backend.proxmox?.region
    if (region === undefined) return []
    const other = owners.get(region)
    owners.set(region, other ?? name)
    return other === undefined
      ? []
      : [fault('duplicate-region', ['spec', 'backends', name, 'proxmox', 'region'], `region ${JSON.stringify(region)} belongs to backend ${other} already`, `give each Proxmox cluster a region of its own, or list both endpoints in ${other}`)]
  })
}

/** One directory per node is served today. */
export const oneLocalBackend: Check = (subject) =>
  backendsOf(subject)
    .filter(([, backend]) => kindOf(backend) === 'local')
    .slice(1)
    .map(([name]) => fault('not-built-yet', ['spec', 'backends', name], 'not built yet: a second local backend', 'use one local backend'))

/** Certificates are trusted by one rule, and never blindly without a word. */
export const certificatesAreVerified: Check = (subject) =>
  backendsOf(subject).flatMap(([name, backend]): readonly Fault[] => {
    const tls = backend.proxmox?.tls
    const path = ['spec', 'backends', name, 'proxmox', 'tls']
    const given = [tls?.ca !== undefined && 'ca', tls?.fingerprint !== undefined && 'fingerprint', tls?.insecure === true && 'insecure'].filter((word) => word !== false)
    if (given.length > 1) return [fault('tls-conflict', path, `tls of backend ${name} gives ${given.join(' and ')} at once`, 'keep one: ca, or fingerprint')]
    if (tls?.insecure !== true) return []
    return [warning('tls-insecure', [...path, 'insecure'], `the certificate of backend ${name} is not verified: anybody between the cluster and Proxmox can read the token`, 'use tls.ca or tls.fingerprint')]
  })
