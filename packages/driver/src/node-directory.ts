/** Who the nodes of the cluster are, as far as Kubernetes knows. */
export interface NodeFacts {
  readonly name: string
  /** `status.nodeInfo.systemUUID`. */
  readonly systemUuid?: string
  /** `spec.providerID`, e.g. `proxmox://region/101`. */
  readonly providerId?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface NodeDirectory {
  /** undefined when Kubernetes knows no such node. */
  find(nodeId: string): Promise<NodeFacts | undefined>
  list(): Promise<readonly NodeFacts[]>
}
