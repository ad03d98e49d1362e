/** The nodes as the Kubernetes API has them. */
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { NodeDirectory, NodeFacts } from './node-directory.ts'

interface Node extends KubernetesObject {
  readonly spec?: { readonly providerID?: string }
  readonly status?: { readonly nodeInfo?: { readonly systemUUID?: string } }
}

const kind = { apiVersion: 'v1', kind: 'Node' } as const
const timeoutMs = 10_000

export class KubernetesNodes implements NodeDirectory {
  readonly #client: Pick<KubernetesClient, 'find' | 'list' | 'patch'>

  constructor(client: Pick<KubernetesClient, 'find' | 'list' | 'patch'>) {
    this.#client = client
  }

  async find(nodeId: string): Promise<NodeFacts | undefined> {
    const node = await this.#client.find<Node>({ ...kind, name: nodeId }, { timeoutMs })
    return node === undefined ? undefined : factsOf(node)
  }

  async list(): Promise<readonly NodeFacts[]> {
    return (await this.#client.list<Node>(kind, {}, { timeoutMs })).items.map(factsOf)
  }

  async label(nodeId: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#client.patch({ ...kind, name: nodeId }, { type: 'merge', body: { metadata: { labels } } }, { timeoutMs })
  }
}

function factsOf({ metadata, spec, status }: Node): NodeFacts {
  const systemUuid = status?.nodeInfo?.systemUUID ?? ''
  const providerId = spec?.providerID ?? ''
  return {
    name: metadata?.name ?? '',
    ...(systemUuid === '' ? {} : { systemUuid }),
    ...(providerId === '' ? {} : { providerId }),
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
  }
}
