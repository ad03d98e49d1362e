/** Existing data as a PersistentVolume and its claim, tied to each other by name before either is seen by the binder. */
import { fstypeKey, parseVolumeHandle } from '@stowage/core'
import type { Spec, VolumeSpec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

export function persistentVolume(spec: Spec, volume: VolumeSpec): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume.name, labels: labelsOf(spec, 'volume') },
    spec: {
      capacity: { storage: volume.size },
      accessModes: volume.accessModes,
      volumeMode: volume.volumeMode,
      // What was there before us outlives us.
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: volume.class.name,
      ...(volume.class.mountOptions.length === 0 || volume.volumeMode === 'Block' ? {} : { mountOptions: volume.class.mountOptions }),
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: volume.namespace, name: volume.claim },
      csi: {
        driver: volume.class.driverName,
        volumeHandle: handleOf(volume),
        ...(volume.volumeMode === 'Block' || volume.class.backend.kind !== 'proxmox' ? {} : { fsType: volume.fstype ?? 'ext4' }),
        ...(volume.readOnly ? { readOnly: true } : {}),
        ...attributesOf(volume),
      },
      ...affinityOf(volume),
    },
  }
}

/** What the provisioner would have put there: the class's parameters, without those that it strips. */
function attributesOf({ place, class: { parameters } }: VolumeSpec): { readonly volumeAttributes?: Readonly<Record<string, string>> } {
  if ('share' in place) return { volumeAttributes: { server: place.server, share: place.share, ...(parameters['mountPermissions'] === undefined ? {} : { mountPermissions: parameters['mountPermissions'] }) } }
  const attributes = Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== fstypeKey))
  return Object.keys(attributes).length === 0 ? {} : { volumeAttributes: attributes }
}

function handleOf({ place }: VolumeSpec): string {
  if ('handle' in place) return place.handle
  // As csi-driver-nfs's own example of a static volume has it (deploy/example/pv-nfs-csi.yaml).
  return 'share' in place ? `${place.server}${place.share}##` : `${place.node}${place.path}`
}

/** A disk on a node's own storage is reachable from that node's machines only; a shared one from the whole region. */
function affinityOf({ place }: VolumeSpec): object {
  if ('share' in place) return {}
  const labels = 'handle' in place ? topologyOfHandle(place.handle) : [[localNodeKey, place.node] as const]
  const matchExpressions = labels.map(([key, value]) => ({ key, operator: 'In', values: [value] }))
  return { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } }
}

/** The label that the kubelet sets from the driver's own answer (NodeGetInfo); a host name may differ from the node's name. */
const localNodeKey = 'topology.local.csi.stowage.dev/node'

function topologyOfHandle(handle: string): readonly (readonly [string, string])[] {
  const { region, zone } = parseVolumeHandle(handle)
  const inRegion = ['topology.kubernetes.io/region', region] as const
  return zone === '' ? [inRegion] : [inRegion, ['topology.kubernetes.io/zone', zone]]
}

export function persistentVolumeClaim(spec: Spec, volume: VolumeSpec): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: volume.claim, namespace: volume.namespace, labels: labelsOf(spec, 'volume') },
    spec: {
      accessModes: volume.accessModes,
      volumeMode: volume.volumeMode,
      storageClassName: volume.class.name,
      volumeName: volume.name,
      resources: { requests: { storage: volume.size } },
    },
  }
}
