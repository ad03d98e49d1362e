/** Static volumes: data that is there already, adopted as it is. */
import type { Spec, VolumeSpec } from '../../spec/spec.ts'
import { planned } from '../planned.ts'
import { idOf, type Contribution, type Need, type PlannedObject } from '../plan.ts'
import { persistentVolume, persistentVolumeClaim } from './static-volume.ts'

export function volumesContribution(spec: Spec): Contribution {
  const volumes = spec.volumes.map((volume) => staticVolume(spec, volume))
  const namespaces = [...new Set(spec.volumes.map(({ namespace }) => namespace))].filter((name) => name !== spec.namespace)
  return {
    objects: [...volumes.map(([pv]) => pv), ...volumes.map(([, claim]) => claim)],
    needs: namespaces.map((name): Need => ({ kind: 'Namespace', name, reason: 'adopted volumes are claimed in it; it belongs to its application' })),
  }
}

function staticVolume(spec: Spec, volume: VolumeSpec): readonly [PlannedObject, PlannedObject] {
  const pv = persistentVolume(spec, volume)
  const claim = persistentVolumeClaim(spec, volume)
  const where = placeText(volume)
  const stays = `the data at ${where} stays, and pods of ${volume.namespace} can no longer reach it`
  return [
    { ...planned('volumes', pv, `adopts ${where} as it is`, [`storage.k8s.io/StorageClass/${volume.class.name}`], stays, true), ...renamed('PersistentVolume', volume) },
    { ...planned('claims', claim, `gives ${where} to namespace ${volume.namespace}`, [idOf(pv)], stays, true) },
  ]
}

function renamed(kind: string, { renamedFrom }: VolumeSpec): { readonly renamedFrom?: string } {
  return renamedFrom === undefined ? {} : { renamedFrom: `${kind}/${renamedFrom}` }
}

function placeText({ place }: VolumeSpec): string {
  if ('handle' in place) return place.handle
  return 'share' in place ? `${place.server}:${place.share}` : `${place.path} on ${place.node}`
}
