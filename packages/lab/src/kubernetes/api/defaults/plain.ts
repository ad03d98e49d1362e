/** Fields that get a fixed value when they are not set. From pkg/apis/<group>/v1/defaults.go of Kubernetes v1.36. */
import type { JsonObject } from '../json.ts'

const core = 'io.k8s.api.core.v1.'
const apps = 'io.k8s.api.apps.v1.'
const storage = 'io.k8s.api.storage.v1.'
const batch = 'io.k8s.api.batch.v1.'
const httpDefaults = { path: '/', scheme: 'HTTP' }
const readable = { defaultMode: 0o644 }

export const plainDefaults: Readonly<Record<string, JsonObject>> = {
  [`${core}PodSpec`]: {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  },
  [`${core}Container`]: { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
  [`${core}ContainerPort`]: { protocol: 'TCP' },
  [`${core}EndpointPort`]: { protocol: 'TCP' },
  [`${core}Probe`]: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  [`${core}HTTPGetAction`]: httpDefaults,
  [`${core}SecretVolumeSource`]: readable,
  [`${core}ConfigMapVolumeSource`]: readable,
  [`${core}DownwardAPIVolumeSource`]: readable,
  [`${core}ProjectedVolumeSource`]: readable,
  [`${core}ServiceAccountTokenProjection`]: { expirationSeconds: 3600 },
  [`${core}HostPathVolumeSource`]: { type: '' },
  [`${core}ObjectFieldSelector`]: { apiVersion: 'v1' },
  [`${core}PersistentVolumeClaimSpec`]: { volumeMode: 'Filesystem' },
  [`${core}PersistentVolumeSpec`]: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  [`${core}PersistentVolumeClaimStatus`]: { phase: 'Pending' },
  [`${core}PersistentVolumeStatus`]: { phase: 'Pending' },
  [`${core}NamespaceStatus`]: { phase: 'Active' },
  [`${core}Secret`]: { type: 'Opaque' },
  [`${core}ServiceSpec`]: { sessionAffinity: 'None', type: 'ClusterIP' },
  [`${apps}DeploymentSpec`]: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  [`${apps}DeploymentStrategy`]: { type: 'RollingUpdate' },
  [`${apps}RollingUpdateDeployment`]: { maxUnavailable: '25%', maxSurge: '25%' },
  [`${apps}StatefulSetSpec`]: {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  },
  [`${apps}StatefulSetPersistentVolumeClaimRetentionPolicy`]: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  [`${apps}StatefulSetUpdateStrategy`]: { type: 'RollingUpdate' },
  [`${apps}RollingUpdateStatefulSetStrategy`]: { partition: 0 },
  [`${apps}ReplicaSetSpec`]: { replicas: 1 },
  [`${apps}DaemonSetSpec`]: { revisionHistoryLimit: 10 },
  [`${apps}DaemonSetUpdateStrategy`]: { type: 'RollingUpdate' },
  [`${apps}RollingUpdateDaemonSet`]: { maxUnavailable: 1, maxSurge: 0 },
  [`${storage}StorageClass`]: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  [`${storage}CSIDriverSpec`]: {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  },
  [`${batch}CronJobSpec`]: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  'io.k8s.api.rbac.v1.RoleRef': { apiGroup: 'rbac.authorization.k8s.io' },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec': { conversion: { strategy: 'None' } },
}
