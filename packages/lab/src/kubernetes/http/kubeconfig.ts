import { stringify } from 'yaml'

export interface KubeconfigOptions {
  /** `http://127.0.0.1:PORT`. */
  readonly server: string
  /** Name of cluster, user and context; default `stowage-lab`. */
  readonly name?: string
  /** PEM, where the server speaks TLS. */
  readonly ca?: string
}

/** A kubeconfig for kubectl. The lab's API asks nobody who they are. */
export function kubeconfig({ server, name = 'stowage-lab', ca }: KubeconfigOptions): string {
  const trust = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, ...trust } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  })
}
