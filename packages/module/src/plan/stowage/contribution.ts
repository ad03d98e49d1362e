/** Stowage's own driver: its account, configuration, CSIDrivers and workloads. Nothing when no backend is served by it. */
import type { Spec } from '../../spec/spec.ts'
import { planned } from '../planned.ts'
import type { Contribution, KubernetesObject, Need } from '../plan.ts'
import { accessObjects } from '../workloads/access.ts'
import { controllerDeployment } from '../workloads/controller.ts'
import { csiDriver } from '../workloads/csi-driver.ts'
import { configMap, proxmoxBackends } from '../workloads/driver-config.ts'
import { nodeDaemonSet } from '../workloads/node.ts'

export function stowageContribution(spec: Spec): Contribution {
  if (spec.drivers.length === 0) return {}
  const namespace = `Namespace/${spec.namespace}`
  const access = accessObjects(spec).map((object) => planned('access', object, accessReason(object), [namespace], 'the driver or a sidecar may no longer do its work; no data is lost'))
  const config = planned('config', configMap(spec), 'what the driver serves: its names, the Proxmox clusters, the local directory', [namespace], 'the driver does not start again; no data is lost')
  const drivers = spec.drivers.map((driver) =>
    planned('drivers', csiDriver(spec, driver), `tells Kubernetes how to treat volumes of ${driver.name} (${driver.backend})`, [], 'volumes are mounted without being attached first; no data is lost'),
  )
  const before = [...access.map(({ id }) => id), config.id, ...drivers.map(({ id }) => id)]
  const workloads = [
    planned('workloads', controllerDeployment(spec), 'makes, attaches, grows and deletes volumes', before, 'nothing new is made or attached until it is back; no data is lost'),
    planned('workloads', nodeDaemonSet(spec), 'formats, mounts and unmounts on every node', before, 'pods with volumes neither start nor end until it is back; no data is lost'),
  ]
  return { objects: [...access, config, ...drivers, ...workloads], needs: needsOf(spec) }
}

function accessReason({ kind, metadata }: KubernetesObject): string {
  if (kind === 'ServiceAccount') return `who ${metadata.name} is`
  return kind.endsWith('Binding') ? `gives ${metadata.name} to its service account` : `what ${metadata.name} may do, and no more`
}

function needsOf(spec: Spec): readonly Need[] {
  return proxmoxBackends(spec).map(({ name, secretRef }) => ({ kind: 'Secret', namespace: spec.namespace, name: secretRef, reason: `the API token of backend ${name}: keys token_id and token_secret, or config.yaml as proxmox-csi-plugin has it; it is never part of a plan` }))
}
