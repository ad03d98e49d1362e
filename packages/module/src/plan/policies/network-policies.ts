/**
 * Who may open connections to the storage's own pods. Only what comes in is restricted: what goes out (API server, Proxmox,
 * object stores) has addresses that a policy cannot know. Pods on the host's network (node plugins) are out of any policy's reach.
 */
import type { Spec } from '../../spec/spec.ts'
import { labelsOf, selectorOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

interface Ingress {
  readonly from?: readonly object[]
  readonly ports?: readonly { readonly protocol: 'TCP'; readonly port: number | string }[]
}

/** Label that every namespace has by itself since Kubernetes 1.22. */
const namespaceNamed = (name: string): object => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })

export function networkPolicies(spec: Spec): readonly KubernetesObject[] {
  return [...(spec.drivers.length === 0 ? [] : [controllerPolicy(spec)]), ...(spec.velero === undefined ? [] : [veleroPolicy(spec, spec.velero.namespace)]), ...cephPolicies(spec)]
}

/** Nobody calls the controller: it calls. */
function controllerPolicy(spec: Spec): KubernetesObject {
  return policy(spec, 'stowage-controller', spec.namespace, { matchLabels: selectorOf('controller') }, [])
}

/** Velero's server and node-agents are called by nobody but Prometheus. */
function veleroPolicy(spec: Spec, namespace: string): KubernetesObject {
  const scrape: Ingress = { from: [namespaceNamed(spec.monitoring.namespace)], ports: [{ protocol: 'TCP', port: 8085 }] }
  return policy(spec, 'stowage-velero', namespace, {}, spec.velero?.metrics === true ? [scrape] : [])
}

/** Ceph's daemons talk to each other, and to the nodes, which mount. */
function cephPolicies(spec: Spec): readonly KubernetesObject[] {
  const rook = spec.backends.some((backend) => backend.kind === 'rookCeph' && backend.network.provider !== 'host')
  if (!rook || spec.policies.nodeCIDRs.length === 0) return []
  const daemons = { matchExpressions: [{ key: 'rook_cluster', operator: 'Exists' }] }
  const clients: Ingress = { from: [{ podSelector: {} }, ...spec.policies.nodeCIDRs.map((cidr) => ({ ipBlock: { cidr } }))] }
  const scrape: Ingress = { from: [namespaceNamed(spec.monitoring.namespace)], ports: [{ protocol: 'TCP', port: 9283 }, { protocol: 'TCP', port: 9926 }] }
  return [policy(spec, 'stowage-ceph', spec.namespace, daemons, [clients, scrape])]
}

function policy(spec: Spec, name: string, namespace: string, podSelector: object, ingress: readonly Ingress[]): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace, labels: labelsOf(spec, 'system') }, spec: { podSelector, policyTypes: ['Ingress'], ingress } }
}
