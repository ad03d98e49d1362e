/** The controller: the driver and its sidecars, side by side on sockets of the pod. */
import type { Spec } from '../../spec/spec.ts'
import type { KubernetesObject } from '../plan.ts'
import { labelsOf, selectorOf } from '../labels.ts'
import { configDirectory, configHash, configHashAnnotation, configMapName, configPath, credentialsDirectory, proxmoxBackends } from './driver-config.ts'
import { controllerSidecars, controllerSocketDirectory, podEnvironment } from './sidecars.ts'

export const controllerName = 'stowage-controller'

export function controllerDeployment(spec: Spec): KubernetesObject {
  const { driver } = spec
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: controllerName, namespace: spec.namespace, labels: labelsOf(spec, 'controller') },
    spec: {
      replicas: driver.replicas,
      revisionHistoryLimit: 3,
      // Locks live in one process: with one replica the old one ends before the new one begins.
      strategy: driver.replicas === 1 ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: selectorOf('controller') },
      template: {
        metadata: { labels: labelsOf(spec, 'controller'), annotations: { [configHashAnnotation]: configHash(spec) } },
        spec: {
          serviceAccountName: controllerName,
          priorityClassName: driver.controllerPriorityClass,
          ...(driver.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: driver.imagePullSecrets.map((name) => ({ name })) }),
          ...(Object.keys(driver.nodeSelector).length === 0 ? {} : { nodeSelector: driver.nodeSelector }),
          tolerations: [...spec.platform.serverTolerations, ...driver.tolerations],
          ...(driver.replicas === 1 ? {} : { affinity: spreadOverNodes }),
          securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [driverContainer(spec), ...controllerSidecars(spec)],
          volumes: [{ name: 'sockets', emptyDir: {} }, { name: 'config', configMap: { name: configMapName } }, ...credentialVolumes(spec)],
        },
      },
    },
  }
}

const spreadOverNodes = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 100, podAffinityTerm: { labelSelector: { matchLabels: selectorOf('controller') }, topologyKey: 'kubernetes.io/hostname' } },
    ],
  },
}

function driverContainer(spec: Spec): object {
  const { driver } = spec
  return {
    name: 'driver',
    image: driver.image,
    imagePullPolicy: driver.imagePullPolicy,
    args: ['--role=controller', `--config=${configPath}`, `--socket-dir=${controllerSocketDirectory}`, ...logArguments(spec)],
    env: podEnvironment,
    resources: driver.controllerResources,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'sockets', mountPath: controllerSocketDirectory },
      { name: 'config', mountPath: configDirectory, readOnly: true },
      ...proxmoxBackends(spec).map(({ name }) => ({ name: `credentials-${name}`, mountPath: credentialsDirectory(name), readOnly: true })),
    ],
  }
}

/** The driver's default is info; said only when it differs. */
export function logArguments({ driver }: Spec): readonly string[] {
  return driver.logLevel === 'info' ? [] : [`--log-level=${driver.logLevel}`]
}

function credentialVolumes(spec: Spec): readonly object[] {
  // 0440: the group is the pod's fsGroup; nobody else on the node can read the token.
  return proxmoxBackends(spec).map(({ name, secretRef }) => ({ name: `credentials-${name}`, secret: { secretName: secretRef, defaultMode: 0o440 } }))
}
