/** One pod on every node: stages, publishes, registers itself, and makes the node's local volumes. */
import type { Spec } from '../../spec/spec.ts'
import type { KubernetesObject } from '../plan.ts'
import { labelsOf, selectorOf } from '../labels.ts'
import { logArguments } from './controller.ts'
import { configDirectory, configHash, configHashAnnotation, configMapName, configPath, localBackend } from './driver-config.ts'
import { nodeSidecars, nodeSidecarVolumes, podEnvironment } from './sidecars.ts'

export const nodeName = 'stowage-node'

export function nodeDaemonSet(spec: Spec): KubernetesObject {
  const { driver } = spec
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: nodeName, namespace: spec.namespace, labels: labelsOf(spec, 'node') },
    spec: {
      revisionHistoryLimit: 3,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: selectorOf('node') },
      template: {
        metadata: { labels: labelsOf(spec, 'node'), annotations: { [configHashAnnotation]: configHash(spec) } },
        spec: {
          serviceAccountName: nodeName,
          priorityClassName: driver.nodePriorityClass,
          ...(driver.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: driver.imagePullSecrets.map((name) => ({ name })) }),
          // A node that is tainted still has volumes to unmount.
          tolerations: [{ operator: 'Exists' }],
          containers: [driverContainer(spec), ...nodeSidecars(spec)],
          volumes: volumesOf(spec),
        },
      },
    },
  }
}

function driverContainer(spec: Spec): object {
  const { driver } = spec
  const local = localBackend(spec)
  return {
    name: 'driver',
    image: driver.image,
    imagePullPolicy: driver.imagePullPolicy,
    args: ['--role=node', `--config=${configPath}`, `--kubelet-root=${driver.kubeletRoot}`, ...logArguments(spec)],
    env: podEnvironment,
    resources: driver.nodeResources,
    // mount(2) and /dev of the host: nothing less will do.
    securityContext: { privileged: true },
    volumeMounts: [
      // Mounts made here must reach the kubelet and the pods.
      { name: 'kubelet', mountPath: driver.kubeletRoot, mountPropagation: 'Bidirectional' },
      { name: 'dev', mountPath: '/dev' },
      { name: 'sys', mountPath: '/sys' },
      { name: 'config', mountPath: configDirectory, readOnly: true },
      ...(local === undefined ? [] : [{ name: 'local', mountPath: local.path, mountPropagation: 'Bidirectional' }]),
    ],
  }
}

function volumesOf(spec: Spec): readonly object[] {
  const local = localBackend(spec)
  return [
    { name: 'kubelet', hostPath: { path: spec.driver.kubeletRoot, type: 'Directory' } },
    { name: 'dev', hostPath: { path: '/dev', type: 'Directory' } },
    { name: 'sys', hostPath: { path: '/sys', type: 'Directory' } },
    { name: 'config', configMap: { name: configMapName } },
    ...(local === undefined ? [] : [{ name: 'local', hostPath: { path: local.path, type: 'DirectoryOrCreate' } }]),
    ...nodeSidecarVolumes(spec),
  ]
}
