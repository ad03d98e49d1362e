/** Which objects exist is decided here, by a pure function; every encoding holds the same. */
import { deepFreeze } from '../spec/freeze.ts'
import type { ClassSpec, Spec, VolumeSpec } from '../spec/spec.ts'
import { labelsOf } from './labels.ts'
import { idOf, type KubernetesObject, type Need, type Phase, type Plan, type PlannedObject } from './plan.ts'
import { persistentVolume, persistentVolumeClaim } from './static-volume.ts'
import { storageClass } from './storage-class.ts'
import { accessObjects } from './workloads/access.ts'
import { controllerDeployment } from './workloads/controller.ts'
import { csiDriver } from './workloads/csi-driver.ts'
import { configMap, proxmoxBackends } from './workloads/driver-config.ts'
import { nodeDaemonSet } from './workloads/node.ts'

export function planStorage(spec: Spec): Plan {
  const namespace = planned('namespace', namespaceObject(spec), 'the driver runs here; its node pods mount filesystems, so the namespace allows privileged pods', [], 'the driver stops: mounted volumes stay mounted, nothing new is made, attached or unmounted')
  const access = accessObjects(spec).map((object) => planned('access', object, accessReason(object), [namespace.id], 'the driver or a sidecar may no longer do its work; no data is lost'))
  const config = planned('config', configMap(spec), 'what the driver serves: its names, the Proxmox clusters, the local directory', [namespace.id], 'the driver does not start again; no data is lost')
  const drivers = spec.drivers.map((driver) =>
    planned('drivers', csiDriver(spec, driver), `tells Kubernetes how to treat volumes of ${driver.name} (${driver.backend})`, [], 'volumes are mounted without being attached first; no data is lost'),
  )
  const before = [...access.map(({ id }) => id), config.id, ...drivers.map(({ id }) => id)]
  const workloads = [
    planned('workloads', controllerDeployment(spec), 'makes, attaches, grows and deletes volumes', before, 'nothing new is made or attached until it is back; no data is lost'),
    planned('workloads', nodeDaemonSet(spec), 'formats, mounts and unmounts on every node', before, 'pods with volumes neither start nor end until it is back; no data is lost'),
  ]
  const classes = spec.classes.map((declared) => planned('classes', storageClass(spec, declared), classReason(declared), [`storage.k8s.io/CSIDriver/${declared.driverName}`], 'no new claims of this class; existing volumes stay as they are'))
  const volumes = spec.volumes.map((volume) => staticVolume(spec, volume))
  const objects = [namespace, ...access, config, ...drivers, ...workloads, ...classes, ...volumes.map(([pv]) => pv), ...volumes.map(([, claim]) => claim)]
  return deepFreeze({ name: spec.name, namespace: spec.namespace, objects, needs: needsOf(spec), helmReleases: [], hostActions: [] })
}

function planned(phase: Phase, object: KubernetesObject, reason: string, dependsOn: readonly string[], losing: string, holdsData = false): PlannedObject {
  return { id: idOf(object), phase, object, reason, dependsOn, holdsData, losing }
}

function namespaceObject(spec: Spec): KubernetesObject {
  const levels = ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'privileged'])
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: spec.namespace, labels: { ...labelsOf(spec, 'system'), ...Object.fromEntries(levels) } } }
}

function accessReason({ kind, metadata }: KubernetesObject): string {
  if (kind === 'ServiceAccount') return `who ${metadata.name} is`
  return kind.endsWith('Binding') ? `gives ${metadata.name} to its service account` : `what ${metadata.name} may do, and no more`
}

function classReason({ name, backend, isDefault, reclaimPolicy }: ClassSpec): string {
  const deleted = reclaimPolicy === 'Delete' ? 'deleting a claim deletes its data' : 'deleting a claim keeps its data'
  return `claims of class ${name} get volumes of backend ${backend.name}${isDefault ? ', and so do claims without a class' : ''}; ${deleted}`
}

function staticVolume(spec: Spec, volume: VolumeSpec): readonly [PlannedObject, PlannedObject] {
  const pv = persistentVolume(spec, volume)
  const claim = persistentVolumeClaim(spec, volume)
  const where = 'handle' in volume.place ? volume.place.handle : `${volume.place.path} on ${volume.place.node}`
  const stays = `the data at ${where} stays, and pods of ${volume.namespace} can no longer reach it`
  return [
    planned('volumes', pv, `adopts ${where} as it is`, [`storage.k8s.io/StorageClass/${volume.class.name}`], stays, true),
    planned('claims', claim, `gives ${where} to namespace ${volume.namespace}`, [idOf(pv)], stays, true),
  ]
}

function needsOf(spec: Spec): readonly Need[] {
  const secrets = proxmoxBackends(spec).map(
    ({ name, secretRef }): Need => ({ kind: 'Secret', namespace: spec.namespace, name: secretRef, reason: `the API token of backend ${name}; it is never part of a plan` }),
  )
  const namespaces = [...new Set(spec.volumes.map(({ namespace }) => namespace))].filter((name) => name !== spec.namespace)
  return [...secrets, ...namespaces.map((name): Need => ({ kind: 'Namespace', name, reason: 'adopted volumes are claimed in it; it belongs to its application' }))]
}
