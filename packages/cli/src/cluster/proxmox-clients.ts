/** Clients of the Proxmox clusters that a declaration names, with the credentials that its Secrets hold in the cluster. */
import { silentLog, StorageError } from '@stowage/core'
import type { Effects } from '@stowage/effects'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { BackendSpec, Spec } from '@stowage/module'
import type { ProxmoxToAsk } from '@stowage/operations'
import { createProxmoxClient, endpointOrigin, fixedConnection, tokenIdFault, type Connection } from '@stowage/proxmox'
import { parse } from 'yaml'

type ProxmoxBackend = Extract<BackendSpec, { readonly kind: 'proxmox' }>

export interface ProxmoxClients {
  readonly clients: readonly ProxmoxToAsk[]
  /** Those that cannot be asked, and why. */
  readonly notes: readonly string[]
}

export async function proxmoxClients({ backends, namespace }: Spec, client: KubernetesClient, { clock, random, http }: Pick<Effects, 'clock' | 'random' | 'http'>): Promise<ProxmoxClients> {
  const clients: ProxmoxToAsk[] = []
  const notes: string[] = []
  for (const backend of backends) {
    if (backend.kind !== 'proxmox') continue
    try {
      const source = fixedConnection(await connectionOf(backend, namespace, client))
      clients.push({ name: backend.name, region: backend.region, client: createProxmoxClient({ clock, random, http, log: silentLog, source }) })
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      notes.push(`Proxmox ${backend.name} is not asked: ${error.message}`)
    }
  }
  return { clients, notes }
}

async function connectionOf(backend: ProxmoxBackend, namespace: string, client: KubernetesClient): Promise<Connection> {
  const what = `Secret ${namespace}/${backend.secretRef}`
  const secret = await client.find<{ readonly data?: Readonly<Record<string, string>> }>({ apiVersion: 'v1', kind: 'Secret', namespace, name: backend.secretRef })
  if (secret === undefined) throw new StorageError('not-found', `${what} is not there`)
  const read = (key: string): string | undefined => {
    const encoded = secret.data?.[key]
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').trim()
  }
  const plugin = pluginEntry(read('config.yaml'), backend.region)
  const [tokenId, tokenSecret] = [read('token_id') ?? plugin['token_id'], read('token_secret') ?? plugin['token_secret']]
  if (tokenId === undefined || tokenSecret === undefined) throw new StorageError('denied', `${what} holds neither token_id and token_secret nor a config.yaml with them`)
  if (tokenIdFault(tokenId) !== undefined) throw new StorageError('denied', `the token id in ${what} is not one: ${tokenIdFault(tokenId) ?? ''}`)
  const { ca = read('ca.crt'), fingerprint, insecure = plugin['insecure'] === 'true' } = backend.tls
  const tls = { ...(ca === undefined ? {} : { ca }), ...(fingerprint === undefined ? {} : { fingerprint }), ...(insecure ? { insecure } : {}) }
  return { endpoints: backend.endpoints.map(endpointOrigin), tokenId, tokenSecret, ...(Object.keys(tls).length === 0 ? {} : { tls }) }
}

/** The entry of this region in proxmox-csi-plugin's config.yaml; empty when there is none. The text holds a secret: no error quotes it. */
function pluginEntry(text: string | undefined, region: string): Readonly<Record<string, string>> {
  const clusters = field(yamlOf(text), 'clusters')
  const found: unknown = Array.isArray(clusters) ? clusters.find((entry: unknown) => field(entry, 'region') === region) : undefined
  return typeof found === 'object' && found !== null ? Object.fromEntries(Object.entries(found).map(([key, value]) => [key, String(value)])) : {}
}

function yamlOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text)
  } catch {
    return undefined
  }
}

function field(tree: unknown, key: string): unknown {
  return typeof tree === 'object' && tree !== null && Object.hasOwn(tree, key) ? Reflect.get(tree, key) : undefined
}
