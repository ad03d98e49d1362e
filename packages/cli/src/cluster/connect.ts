/** A client for the cluster that a kubeconfig names. client-node reads kubeconfigs here, and does no more. */
import { StorageError } from '@stowage/core'
import type { TlsTrust } from '@stowage/effects'
import { realEffects } from '@stowage/effects/real'
import type { RealEffects } from '@stowage/effects/real'
import { KubernetesClient } from '@stowage/kubernetes'
import type { Terminal } from '../output/terminal.ts'
import type { ClusterFlags } from './cluster-flags.ts'

export { withClusterFlags, type ClusterFlags } from './cluster-flags.ts'

export interface Connection {
  readonly client: KubernetesClient
  readonly effects: RealEffects
  /** Namespace of the context; `default` when it has none. */
  readonly namespace: string
  /** As it was when the kubeconfig was read; undefined in a pod, which has none. */
  readonly context?: string
}

/** Throws `unavailable` when there is no usable kubeconfig. Connects to nothing yet. */
export async function connect(flags: ClusterFlags, { env }: Terminal): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  try {
    const file = flags.kubeconfig ?? (env['KUBECONFIG'] === '' ? undefined : env['KUBECONFIG'])
    if (flags.kubeconfig !== undefined || (file !== undefined && !file.includes(':'))) config.loadFromFile(file ?? '')
    else config.loadFromDefault()
    if (flags.context !== undefined) {
      if (config.getContextObject(flags.context) === null) throw new Error(`no context "${flags.context}"; there are: ${config.getContexts().map(({ name }) => name).join(', ')}`)
      config.setCurrentContext(flags.context)
    }
  } catch (error) {
    throw new StorageError('unavailable', `cannot read the kubeconfig${named(flags, env)}: ${wordsOf(error)}; give --kubeconfig FILE`, { cause: error })
  }
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new StorageError('unavailable', 'the kubeconfig names no cluster; give --kubeconfig FILE and --context NAME')
  if (cluster.name === 'loaded-cluster' || (cluster.name === 'cluster' && cluster.server === 'http://localhost:8080')) throw new StorageError('unavailable', noKubeconfig)
  const https: HttpsOptions = {}
  // client-node refuses plain HTTP here; a lab on loopback speaks it, and asks for no credentials.
  if (!cluster.server.startsWith('http://')) await config.applyToHTTPSOptions(https as Parameters<typeof config.applyToHTTPSOptions>[0])
  const effects = realEffects()
  const headers = { ...authorizationOf(https), ...(flags.as === undefined ? {} : { 'impersonate-user': flags.as }) }
  const client = new KubernetesClient({ server: cluster.server.replace(/\/$/, ''), http: effects.http, clock: effects.clock, tls: trustOf(https, cluster.skipTLSVerify === true), headers })
  const context = config.getCurrentContext()
  return { client, effects, namespace: config.getContextObject(context)?.namespace ?? 'default', ...(context !== inPod && { context }) }
}

/** What client-node calls the context that it makes up in a pod. */
const inPod = 'inClusterContext'

const noKubeconfig = 'there is no kubeconfig: set KUBECONFIG or give --kubeconfig FILE; for a cluster to try things on: stowage lab up'

function named({ kubeconfig }: ClusterFlags, { KUBECONFIG = '' }: Terminal['env']): string {
  const file = kubeconfig ?? KUBECONFIG
  return file === '' ? '' : ` ${file}`
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.startsWith('ENOENT') ? 'there is no such file' : message.split('\n')[0] ?? ''
}

/** What client-node fills in, exec plugins and auth providers included. */
interface HttpsOptions {
  ca?: string | Buffer
  cert?: string | Buffer
  key?: string | Buffer
  headers?: Record<string, string | readonly string[]>
}

function authorizationOf({ headers = {} }: HttpsOptions): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}

function trustOf({ ca, cert, key }: HttpsOptions, insecure: boolean): TlsTrust {
  return {
    ...(ca === undefined ? {} : { ca: ca.toString() }),
    ...(cert === undefined ? {} : { certificate: cert.toString() }),
    ...(key === undefined ? {} : { key: key.toString() }),
    ...(insecure ? { insecure } : {}),
  }
}
