/**
 * A pod's token for the API server. The real API server's ServiceAccount admission writes this volume and its mounts into the pod;
 * the lab's has no such admission, so its kubelet adds them when it runs the pod.
 */
import type { Container, Volume } from 'kubernetes-types/core/v1'
import type { Pod } from '../controllers/objects.ts'

const name = 'kube-api-access'
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Published into every namespace by a controller, as in a real cluster. */
export const rootCaConfigMap = 'kube-root-ca.crt'

const volume: Volume = {
  name,
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token' } },
      { configMap: { name: rootCaConfigMap, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ],
  },
}

/** The pod as it runs. One without an account, or that wants no token, stays as it is. */
export function withServiceAccount(pod: Pod): Pod {
  const { spec } = pod
  if (spec.serviceAccountName === undefined || spec.automountServiceAccountToken === false) return pod
  const mounted = (container: Container): Container =>
    container.volumeMounts?.some((mount) => mount.mountPath === mountPath) === true
      ? container
      : { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, mountPath, readOnly: true }] }
  return {
    ...pod,
    spec: {
      ...spec,
      volumes: [...(spec.volumes ?? []), volume],
      containers: spec.containers.map(mounted),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(mounted) }),
    },
  }
}
