import { StorageError } from '@stowage/core'
import type { Effects } from '@stowage/effects'
import { KubernetesClient } from './client.ts'
import type { ClientConfig } from './transport.ts'

/** Where the kubelet mounts the service account (KEP-1205: bound tokens, rotated hourly or so). */
const account = '/var/run/secrets/kubernetes.io/serviceaccount'

/** client-go rereads the token file every minute. */
const rereadMs = 60_000

export interface InCluster {
  readonly client: KubernetesClient
  /** The pod's own namespace. */
  readonly namespace: string
}

/** A client for the cluster that the process runs in. Throws `precondition` outside one, or where no service account is mounted. */
export async function inCluster(
  effects: Pick<Effects, 'clock' | 'files' | 'http'>,
  env: Readonly<Record<string, string | undefined>>,
  options: Pick<ClientConfig, 'fieldManager' | 'userAgent' | 'timeoutMs'> = {},
): Promise<InCluster> {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT_HTTPS'] ?? env['KUBERNETES_SERVICE_PORT'] ?? '443'
  if (host === undefined || host === '') {
    throw new StorageError('precondition', 'this process does not run in a pod: KUBERNETES_SERVICE_HOST is not set; give a kubeconfig instead')
  }
  const { clock, files, http } = effects
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  const ca = await accountFile(files, 'ca.crt')
  const namespace = (await accountFile(files, 'namespace')).trim()
  const client = new KubernetesClient({ ...options, server, http, clock, tls: { ca }, token: rotatingToken(effects, `${account}/token`) })
  return { client, namespace }
}

async function accountFile(files: Effects['files'], name: string): Promise<string> {
  try {
    return await files.readText(`${account}/${name}`)
  } catch (error) {
    throw new StorageError('precondition', `the service account is not mounted: ${account}/${name} cannot be read; leave automountServiceAccountToken on for this pod`, { cause: error })
  }
}

/** The token of a file, reread every minute; a file that cannot be read for a moment leaves the last token in use. */
export function rotatingToken({ clock, files }: Pick<Effects, 'clock' | 'files'>, path: string): () => Promise<string> {
  let token: string | undefined
  let readAt = 0
  return async () => {
    if (token !== undefined && clock.monotonic() - readAt < rereadMs) return token
    try {
      token = (await files.readText(path)).trim()
      readAt = clock.monotonic()
    } catch (error) {
      if (token === undefined) throw new StorageError('denied', `the service account token ${path} cannot be read; is automountServiceAccountToken off?`, { cause: error })
    }
    return token
  }
}
