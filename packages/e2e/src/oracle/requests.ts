/** The list. Order matters: later requests meet what earlier ones left. */
import type { OracleRequest, OracleWatch } from './exchange.ts'
import { apply, del, get, jsonPatch, merge, patch, post, put, strategic, table } from './request.ts'
import { customRequests } from './requests-custom.ts'
import { quotaRequests } from './requests-quota.ts'


const ns = '/api/v1/namespaces/oracle'
const pvcs = `${ns}/persistentvolumeclaims`
const pvs = '/api/v1/persistentvolumes'
const classes = '/apis/storage.k8s.io/v1/storageclasses'
const attachments = '/apis/storage.k8s.io/v1/volumeattachments'
const statefulSets = '/apis/apps/v1/namespaces/oracle/statefulsets'
const deployments = '/apis/apps/v1/namespaces/oracle/deployments'
const pods = `${ns}/pods`
const configMaps = `${ns}/configmaps`

const pvc = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'oracle' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})
const pv = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    capacity: { storage: '10Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'hostpath',
    csi: { driver: 'csi.proxmox.sinextra.dev', volumeHandle: `pve/pve1/local-zfs/${name}` },
    ...spec,
  },
})
const storageClass = (name: string, rest: object = {}): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: 'csi.proxmox.sinextra.dev',
  ...rest,
})
const pod = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'oracle', labels: { app: name } },
  spec: { containers: [{ name: 'test', image: 'busybox', command: ['sleep', '3600'] }], ...spec },
})
const template = (app: string): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image: 'postgres:15', volumeMounts: [{ name: 'data', mountPath: '/data' }] }], volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'a' } }] },
})
const claimTemplate = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } } }
const statefulSet = (name: string, spec: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'oracle' },
  spec: { serviceName: `${name}-headless`, replicas: 3, selector: { matchLabels: { app: name } }, template: template(name), volumeClaimTemplates: [claimTemplate], ...spec },
})
const deployment = (name: string, spec: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'oracle' },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec },
})


export const watches: readonly OracleWatch[] = [
  { name: 'claims of the namespace', path: `${pvcs}?watch=true` },
  { name: 'volumes with a label', path: `${pvs}?watch=true&labelSelector=tier%3Dfast` },
  { name: 'config maps', path: `${configMaps}?watch=true` },
]

export const requests: readonly OracleRequest[] = [
  post('a namespace is created', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'oracle' } }),
  post('the same namespace again conflicts', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'oracle' } }),
  post('an object in a namespace that is not there', '/api/v1/namespaces/nowhere/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }),
  post('a namespace with a bad name', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'Bad_Name' } }),

  // StorageClass
  post('a class with defaults', classes, storageClass('plain')),
  post('a class with everything', classes, storageClass('proxmox-ssd', { parameters: { storage: 'local-zfs', cache: 'writethrough', ssd: 'true' }, reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer', allowVolumeExpansion: true, mountOptions: ['noatime'] })),
  post('a class without provisioner', classes, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'none' } }),
  post('a class with a bad binding mode', classes, storageClass('badmode', { volumeBindingMode: 'Later' })),
  post('a class with a bad reclaim policy', classes, storageClass('badpolicy', { reclaimPolicy: 'Keep' })),
  post('a class that may not be expanded', classes, storageClass('fixed')),
  patch('parameters of a class are immutable', `${classes}/proxmox-ssd`, merge, { parameters: { cache: 'none' } }),
  patch('provisioner of a class is immutable', `${classes}/proxmox-ssd`, merge, { provisioner: 'other.example.com' }),
  patch('reclaimPolicy of a class is immutable', `${classes}/proxmox-ssd`, merge, { reclaimPolicy: 'Retain' }),
  patch('volumeBindingMode of a class is immutable', `${classes}/proxmox-ssd`, merge, { volumeBindingMode: 'Immediate' }),
  patch('expansion of a class may be switched', `${classes}/plain`, merge, { allowVolumeExpansion: true }),
  patch('a class becomes the default', `${classes}/plain`, strategic, { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } }),
  get('classes as a table', classes, table),
  get('a class that is not there', `${classes}/missing`),

  // PersistentVolumeClaim
  post('a claim gets the default class', pvcs, pvc('a')),
  post('a claim of a named class', pvcs, pvc('b', { storageClassName: 'proxmox-ssd' })),
  post('a claim with an empty class', pvcs, pvc('static', { storageClassName: '', volumeName: 'pv-garage-data' })),
  post('a claim without access modes', pvcs, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'no-modes' }, spec: { storageClassName: 'proxmox-csi', resources: { requests: { storage: '10Gi' } } } }),
  post('a claim without a size', pvcs, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'no-size' }, spec: { accessModes: ['ReadWriteOnce'] } }),
  post('a claim with a size of zero', pvcs, pvc('zero', { resources: { requests: { storage: '0' } } })),
  post('a claim with a bad quantity', pvcs, pvc('badsize', { resources: { requests: { storage: 'ten' } } })),
  post('a claim with an unknown access mode', pvcs, pvc('badmode', { accessModes: ['ReadWriteTwice'] })),
  post('a claim with an unknown field is accepted with a warning by default', `${pvcs}?fieldValidation=Warn`, pvc('warned', { storageClas: 'x' })),
  post('a claim with an unknown field is refused when strict', `${pvcs}?fieldValidation=Strict`, pvc('strict', { storageClas: 'x' })),
  post('a claim with a wrong type', pvcs, pvc('typed', { storageClassName: 7 })),
  post('a claim in a dry run', `${pvcs}?dryRun=All`, pvc('dry')),
  get('the dry run left nothing', `${pvcs}/dry`),
  post('a claim with a generated name', pvcs, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { generateName: 'generated-' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  post('a claim without a name', pvcs, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {}, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  post('a claim for another namespace', pvcs, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'x', namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  post('an object of another kind', pvcs, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }),
  post('a body that is not JSON', pvcs, '{"apiVersion": '),
  patch('an unbound claim cannot be expanded', `${pvcs}/b`, merge, { spec: { resources: { requests: { storage: '2Gi' } } } }),
  patch('the class of a claim is immutable', `${pvcs}/b`, merge, { spec: { storageClassName: 'plain' } }),
  patch('the status of a claim is written by its subresource', `${pvcs}/b/status`, merge, { status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } }),
  patch('a bound claim without volume name is not expanded', `${pvcs}/b`, merge, { spec: { resources: { requests: { storage: '2Gi' } } } }),
  patch('the binder names the volume', `${pvcs}/b`, merge, { spec: { volumeName: 'pvc-b' }, metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } }),
  patch('a bound claim is expanded', `${pvcs}/b`, strategic, { spec: { resources: { requests: { storage: '3Gi' } } } }),
  patch('a claim does not shrink', `${pvcs}/b`, merge, { spec: { resources: { requests: { storage: '512Mi' } } } }),
  patch('status in the main resource is ignored', `${pvcs}/b`, merge, { status: { phase: 'Lost' } }),
  get('claims as a table', pvcs, table),
  get('claims by label that nobody has', `${pvcs}?labelSelector=app%3Dnone`),
  get('claims by name', `${pvcs}?fieldSelector=metadata.name%3Da`),
  get('claims by a field that cannot be selected', `${pvcs}?fieldSelector=spec.volumeName%3Dx`),
  get('claims by a bad selector', `${pvcs}?labelSelector=%21%21`),

  // PersistentVolume
  post('a CSI volume', pvs, pv('pvc-b')),
  post('a hostPath volume', pvs, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-garage-data', labels: { tier: 'fast' } }, spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain', storageClassName: 'hostpath', hostPath: { path: '/mnt/data/garage' } } }),
  post('a volume without a source', pvs, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'none' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } }),
  post('a volume with two sources', pvs, pv('two', { hostPath: { path: '/x' } })),
  post('a volume without capacity', pvs, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'nocap' }, spec: { accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } }),
  post('a volume without access modes', pvs, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'nomodes' }, spec: { capacity: { storage: '1Gi' }, hostPath: { path: '/x' } } }),
  post('a volume with a path that climbs', pvs, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'climb' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x/../y' } } }),
  post('a CSI volume without handle', pvs, pv('nohandle', { csi: { driver: 'csi.proxmox.sinextra.dev' } })),
  patch('the source of a volume is immutable', `${pvs}/pvc-b`, merge, { spec: { csi: { volumeHandle: 'pve/pve2/local-zfs/x' } } }),
  patch('the reclaim policy of a volume may change', `${pvs}/pvc-b`, merge, { spec: { persistentVolumeReclaimPolicy: 'Delete' } }),
  patch('the capacity of a volume may grow', `${pvs}/pvc-b`, merge, { spec: { capacity: { storage: '20Gi' } } }),
  patch('a label on a volume', `${pvs}/pvc-b`, jsonPatch, [{ op: 'add', path: '/metadata/labels', value: { tier: 'fast' } }]),
  patch('a JSON patch whose test fails', `${pvs}/pvc-b`, jsonPatch, [{ op: 'test', path: '/spec/storageClassName', value: 'other' }]),
  patch('a JSON patch of a path that is not there', `${pvs}/pvc-b`, jsonPatch, [{ op: 'remove', path: '/metadata/annotations/none' }]),
  get('volumes as a table', pvs, table),
  get('volumes by label', `${pvs}?labelSelector=tier%20in%20(fast,slow)`),
  get('volumes in chunks', `${pvs}?limit=1`),
  get('an unknown continue token', `${pvs}?limit=1&continue=bad`),

  // VolumeAttachment and CSI
  post('an attachment', attachments, { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name: 'csi-1' }, spec: { attacher: 'csi.proxmox.sinextra.dev', nodeName: 'k1', source: { persistentVolumeName: 'pvc-b' } } }),
  post('an attachment without source', attachments, { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name: 'csi-2' }, spec: { attacher: 'x.example.com', nodeName: 'k1', source: {} } }),
  patch('the spec of an attachment is immutable', `${attachments}/csi-1`, merge, { spec: { nodeName: 'k2' } }),
  patch('the attacher reports', `${attachments}/csi-1/status`, merge, { status: { attached: true, attachmentMetadata: { serial: 'x' } } }),
  get('attachments as a table', attachments, table),
  post('a CSI driver', '/apis/storage.k8s.io/v1/csidrivers', { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'csi.proxmox.sinextra.dev' }, spec: { attachRequired: true, storageCapacity: true } }),
  post('a CSI node', '/apis/storage.k8s.io/v1/csinodes', { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'k1' }, spec: { drivers: [{ name: 'csi.proxmox.sinextra.dev', nodeID: 'k1', topologyKeys: ['topology.kubernetes.io/zone'], allocatable: { count: 24 } }] } }),
  get('CSI drivers as a table', '/apis/storage.k8s.io/v1/csidrivers', table),
  get('CSI nodes as a table', '/apis/storage.k8s.io/v1/csinodes', table),

  // Pods
  post('a pod with defaults', pods, pod('p1')),
  post('a pod without image', pods, pod('noimage', { containers: [{ name: 'x' }] })),
  post('a pod without containers', pods, pod('nocontainers', { containers: [] })),
  post('a pod that mounts what it does not declare', pods, pod('badmount', { containers: [{ name: 'x', image: 'busybox', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] })),
  post('a pod with two volumes of one name', pods, pod('twice', { volumes: [{ name: 'a', emptyDir: {} }, { name: 'a', emptyDir: {} }] })),
  post('a pod whose container has no name', pods, pod('noname', { containers: [{ image: 'busybox' }] })),
  patch('the containers of a pod are immutable', `${pods}/p1`, strategic, { spec: { containers: [{ name: 'test', command: ['true'] }] } }),
  patch('the image of a pod may change', `${pods}/p1`, strategic, { spec: { containers: [{ name: 'test', image: 'busybox:1' }] } }),
  post('a pod is bound to a node', `${pods}/p1/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p1' }, target: { apiVersion: 'v1', kind: 'Node', name: 'k1' } }),
  post('a pod is bound once', `${pods}/p1/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p1' }, target: { apiVersion: 'v1', kind: 'Node', name: 'k2' } }),
  get('pods as a table', pods, table),
  get('pods by node', `${pods}?fieldSelector=spec.nodeName%3Dk1`),
  get('a pod after binding', `${pods}/p1`),

  // StatefulSet and Deployment
  post('a StatefulSet', statefulSets, statefulSet('garage')),
  post('a StatefulSet without selector', statefulSets, statefulSet('noselector', { selector: undefined })),
  post('a StatefulSet whose selector misses its labels', statefulSets, statefulSet('mismatch', { selector: { matchLabels: { app: 'other' } } })),
  patch('claim templates are immutable', `${statefulSets}/garage`, merge, { spec: { volumeClaimTemplates: [{ ...claimTemplate, spec: { ...claimTemplate.spec, resources: { requests: { storage: '20Gi' } } } }] } }),
  patch('the service of a StatefulSet is immutable', `${statefulSets}/garage`, merge, { spec: { serviceName: 'other' } }),
  patch('the replicas of a StatefulSet may change', `${statefulSets}/garage`, merge, { spec: { replicas: 2 } }),
  get('the scale of a StatefulSet', `${statefulSets}/garage/scale`),
  put('a StatefulSet is scaled', `${statefulSets}/garage/scale`, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'garage', namespace: 'oracle' }, spec: { replicas: 1 } }),
  get('StatefulSets as a table', statefulSets, table),
  post('a Deployment', deployments, deployment('postgres')),
  post('a Deployment without selector', deployments, deployment('noselector', { selector: undefined, template: { spec: { containers: [{ name: 'x', image: 'y' }] } } })),
  patch('the selector of a Deployment is immutable', `${deployments}/postgres`, merge, { spec: { selector: { matchLabels: { app: 'other' } } } }),
  patch('a container is changed by its name', `${deployments}/postgres`, strategic, { spec: { template: { spec: { containers: [{ name: 'main', image: 'postgres:16' }] } } } }),
  patch('a volume is added by its name', `${deployments}/postgres`, strategic, { spec: { template: { spec: { volumes: [{ name: 'tmp', emptyDir: {} }] } } } }),
  patch('a volume is deleted by its name', `${deployments}/postgres`, strategic, { spec: { template: { spec: { volumes: [{ name: 'tmp', $patch: 'delete' }] } } } }),
  get('Deployments as a table', deployments, table),

  // Server-side apply
  patch('apply creates', `${configMaps}/shared?fieldManager=one`, apply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', labels: { a: '1' } }, data: { x: '1', y: '1' } }),
  patch('apply by another conflicts', `${configMaps}/shared?fieldManager=two`, apply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { x: '2' } }),
  patch('apply by another with the same value shares', `${configMaps}/shared?fieldManager=two`, apply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { x: '1' } }),
  patch('apply by force takes over', `${configMaps}/shared?fieldManager=two&force=true`, apply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { x: '2', z: '2' } }),
  patch('apply drops what it no longer names', `${configMaps}/shared?fieldManager=one`, apply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', labels: { a: '1' } }, data: {} }),
  patch('apply without manager', `${configMaps}/shared`, apply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' } }),
  patch('apply of a claim', `${pvcs}/applied?fieldManager=stowage`, apply, pvc('applied')),
  patch('apply of the same claim changes nothing', `${pvcs}/applied?fieldManager=stowage`, apply, pvc('applied')),
  patch('apply with an unknown field', `${pvcs}/applied?fieldManager=stowage`, apply, { ...pvc('applied', { storageClas: 'x' }) }),

  // Concurrency, deletion
  get('a config map', `${configMaps}/shared`),
  put('an update with a stale version', `${configMaps}/shared`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', resourceVersion: '1' }, data: {} }),
  put('an update with the right version', `${configMaps}/shared`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', resourceVersion: '${a config map:metadata.resourceVersion}' }, data: { only: 'this' } }),
  put('an update under another name', `${configMaps}/shared`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' }, data: {} }),
  put('an update of what is not there', `${configMaps}/absent`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'absent' }, data: {} }),
  del('a delete with a wrong uid', `${configMaps}/shared`, { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: '00000000-0000-0000-0000-000000000000' } }),
  del('a config map is deleted', `${configMaps}/shared`),
  del('it is gone', `${configMaps}/shared`),
  del('a claim waits for its finalizer', `${pvcs}/a`),
  get('a claim that waits', `${pvcs}/a`),
  patch('the finalizer is taken off', `${pvcs}/a`, jsonPatch, [{ op: 'remove', path: '/metadata/finalizers' }]),
  get('then the claim is gone', `${pvcs}/a`),
  del('a Deployment in the foreground', `${deployments}/postgres`, { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' }),
  get('it waits for its dependents', `${deployments}/postgres`),
  del('a bound pod is given grace', `${pods}/p1`),
  del('a pod is killed at once', `${pods}/p1?gracePeriodSeconds=0`),
  get('the pod is gone', `${pods}/p1`),
  del('a namespace goes', '/api/v1/namespaces/oracle'),
  post('nothing new in a namespace that goes', configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } }),

  // Manners
  get('a resource that is not there', '/api/v1/unknownthings'),
  get('a group that is not there', '/apis/none.example.com/v1/things'),
  patch('a patch of an unknown type', `${pvs}/pvc-b`, 'application/octet-stream', '{}'),
  get('the core group', '/api'),
  get('resources of storage.k8s.io', '/apis/storage.k8s.io/v1'),

  ...customRequests,
  ...quotaRequests,
]
