/** The charts of other people's drivers: csi-driver-nfs and proxmox-csi-plugin. */
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { arrayAt, at, frozenObject, objectAt, textAt } from '../../kubernetes/api/json.ts'
import type { Json, JsonObject } from '../../kubernetes/api/json.ts'
import { object, workload } from '../chart.ts'
import type { LabChart, ReleaseRequest } from '../chart.ts'

export const csiDriverNfs: LabChart = {
  name: 'csi-driver-nfs',
  appVersion: (version) => `v${version}`,
  render: (release) => {
    const { values } = release
    const image = `${textAt(values, 'image', 'nfs', 'repository') || 'registry.k8s.io/sig-storage/nfsplugin'}:${textAt(values, 'image', 'nfs', 'tag') || `v${release.version}`}`
    const driver = textAt(values, 'driver', 'name') || 'nfs.csi.k8s.io'
    const plugin = { name: 'nfs', image, args: [`--drivername=${driver}`] }
    const snapshotter = at(values, 'externalSnapshotter', 'enabled') === true
    const controller = { name: 'snapshot-controller', image: 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0', args: ['--leader-election=true'] }
    const crds = snapshotter && at(values, 'externalSnapshotter', 'customResourceDefinitions', 'enabled') !== false ? externalSnapshotterCrds : []
    return {
      objects: [
        object('v1', 'ServiceAccount', { name: 'csi-nfs-controller-sa', namespace: release.namespace }),
        ...crds.map((each) => frozenObject(each)),
        object('storage.k8s.io/v1', 'CSIDriver', { name: driver }, { spec: { attachRequired: false, volumeLifecycleModes: ['Persistent'], fsGroupPolicy: 'File' } }),
        ...classesOf(values, driver),
        workload('DaemonSet', release, textAt(values, 'node', 'name') || 'csi-nfs-node', { containers: [plugin] }),
        workload('Deployment', release, textAt(values, 'controller', 'name') || 'csi-nfs-controller', { serviceAccountName: 'csi-nfs-controller-sa', containers: [plugin] }),
        ...(snapshotter ? [workload('Deployment', release, textAt(values, 'externalSnapshotter', 'name') || 'snapshot-controller', { containers: [controller] })] : []),
      ],
    }
  },
}

function classesOf(values: JsonObject, driver: string): readonly JsonObject[] {
  const one = objectAt(values, 'storageClass')
  const all = [...(one['create'] === true ? [one] : []), ...arrayAt(values, 'storageClasses')]
  return all.map((each) => classOf(each, driver, objectAt(each, 'parameters')))
}

function classOf(settings: Json, provisioner: string, parameters: JsonObject): JsonObject {
  const mountOptions = arrayAt(settings, 'mountOptions')
  const annotations = objectAt(settings, 'annotations')
  return object('storage.k8s.io/v1', 'StorageClass', { name: textAt(settings, 'name'), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }, {
    provisioner,
    parameters,
    reclaimPolicy: textAt(settings, 'reclaimPolicy') || 'Delete',
    volumeBindingMode: textAt(settings, 'volumeBindingMode') || 'Immediate',
    allowVolumeExpansion: at(settings, 'allowVolumeExpansion') !== false,
    ...(mountOptions.length === 0 ? {} : { mountOptions }),
  })
}

export const proxmoxCsiPlugin: LabChart = {
  name: 'proxmox-csi-plugin',
  appVersion: () => 'v0.19.1',
  render: (release) => {
    const { values, namespace, name } = release
    const fullname = textAt(values, 'fullnameOverride') || (name.includes('proxmox-csi-plugin') ? name : `${name}-proxmox-csi-plugin`)
    const driver = textAt(values, 'provisionerName') || 'csi.proxmox.sinextra.dev'
    const image = (part: string): string => `${textAt(values, part, 'plugin', 'image', 'repository') || `ghcr.io/sergelogvinov/proxmox-csi-${part}`}:${textAt(values, part, 'plugin', 'image', 'tag') || 'v0.19.1'}`
    const volume = { name: 'cloud-config', secret: { secretName: textAt(values, 'existingConfigSecret') || fullname } }
    return {
      objects: [
        object('v1', 'ServiceAccount', { name: `${fullname}-controller`, namespace }),
        ...configOf(release, fullname),
        ...arrayAt(values, 'storageClass').map((each) => proxmoxClass(each, driver)),
        object('storage.k8s.io/v1', 'CSIDriver', { name: driver }, { spec: { attachRequired: true, podInfoOnMount: true, storageCapacity: true, volumeLifecycleModes: ['Persistent'] } }),
        workload('DaemonSet', release, `${fullname}-node`, { containers: [{ name: `${fullname}-node`, image: image('node') }] }),
        workload('Deployment', release, `${fullname}-controller`, { serviceAccountName: `${fullname}-controller`, containers: [{ name: `${fullname}-controller`, image: image('controller') }], volumes: [volume] }),
      ],
    }
  },
}

function configOf({ values, namespace }: ReleaseRequest, fullname: string): readonly JsonObject[] {
  if (textAt(values, 'existingConfigSecret') !== '' || arrayAt(values, 'config', 'clusters').length === 0) return []
  const data = { [textAt(values, 'existingConfigSecretKey') || 'config.yaml']: Buffer.from(JSON.stringify(objectAt(values, 'config'))).toString('base64') }
  return [object('v1', 'Secret', { name: fullname, namespace }, { type: 'Opaque', data })]
}

function proxmoxClass(settings: Json, driver: string): JsonObject {
  const own: readonly (readonly [string, string])[] = [['storage', 'storage'], ['fstype', 'csi.storage.k8s.io/fstype'], ['cache', 'cache'], ['ssd', 'ssd']]
  const parameters = Object.fromEntries(own.flatMap(([from, to]) => (at(settings, from) === undefined ? [] : [[to, String(at(settings, from))]])))
  const bound = { ...objectAt({ settings }, 'settings'), volumeBindingMode: textAt(settings, 'volumeBindingMode') || 'WaitForFirstConsumer' }
  return classOf(bound, driver, { ...parameters, ...objectAt(settings, 'extraParameters') })
}
