/** Snapshots: definitions, controller, and a VolumeSnapshotClass for each driver and cluster that can. */
import type { CustomResourceDefinition } from '@stowage/wire/crds'
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import type { SnapshotClassSpec } from '../../spec/cluster-spec.ts'
import { canSnapshot, snapshotRefusal, sourceOf } from '../../spec/snapshot-capability.ts'
import type { Spec } from '../../spec/spec.ts'
import { planned } from '../planned.ts'
import { idOf, type Contribution, type KubernetesObject, type PlannedObject } from '../plan.ts'
import { controllerAccess, controllerDeployment } from './controller.ts'
import { volumeSnapshotClass } from './snapshot-class.ts'

export function snapshotsContribution(spec: Spec): Contribution {
  const { controller, installed, because, classes } = spec.snapshots
  if (controller === 'none') return {}
  const crds = installed ? externalSnapshotterCrds.map(definition) : []
  const running = installed ? controllerObjects(spec, crds.map(({ id }) => id)) : []
  const before = running.map(({ id }) => id)
  const notes = [
    installed ? `the snapshot controller is installed: ${because}. Where its definitions are there already, they are taken over as they are and brought to v8.6.0` : `no snapshot controller is installed: ${because}; without one, no snapshot ever becomes ready`,
    ...(classes.length === 0 ? ['no class can be snapshotted, so no VolumeSnapshotClass is made'] : []),
    ...withoutSnapshots(spec),
  ]
  return { objects: [...crds, ...running, ...classes.map((one) => snapshotClass(spec, one, before))], notes }
}

function definition({ apiVersion, metadata, spec }: CustomResourceDefinition): PlannedObject {
  const object: KubernetesObject = { apiVersion, kind: 'CustomResourceDefinition', metadata, spec }
  const kind = metadata.name
  return {
    ...planned('crds', object, `snapshots are objects of their own: ${kind}`, [], `every object of ${kind} is deleted with it, and with deletionPolicy Delete the snapshots themselves`, true),
    ready: { conditions: ['Established'] },
  }
}

function controllerObjects(spec: Spec, crds: readonly string[]): readonly PlannedObject[] {
  const access = controllerAccess(spec).map((object) => planned('access', object, 'who the snapshot controller is, and what it may do', [], 'no snapshot becomes ready until it is back; those that are stay'))
  const deployment = planned('snapshots', controllerDeployment(spec), 'makes VolumeSnapshots ready; one of its replicas leads', [...crds, ...access.map(({ id }) => id)], 'no snapshot becomes ready until it is back; those that are stay')
  return [...access, deployment]
}

function snapshotClass(spec: Spec, declared: SnapshotClassSpec, before: readonly string[]): PlannedObject {
  const object = volumeSnapshotClass(spec, declared)
  const taken = declared.forBackups ? '; Velero takes this one of the driver’s' : ''
  const reason = `snapshots of backend ${declared.backend} (${declared.storageClasses.join(', ')}) are made by ${declared.driverName}${taken}`
  return {
    ...planned('classes', object, reason, before, 'no new snapshots of this class; those that are stay'),
    ...(declared.renamedFrom === undefined ? {} : { renamedFrom: idOf({ ...object, metadata: { name: declared.renamedFrom } }) }),
  }
}

/** What cannot be snapshotted is said, so that nobody counts on it. */
function withoutSnapshots({ classes, backends }: Spec): readonly string[] {
  return backends.flatMap((backend) => {
    const names = classes.filter((one) => one.backend.name === backend.name && !canSnapshot(one)).map(({ name }) => name)
    const refusal = snapshotRefusal(sourceOf(backend))
    return names.length === 0 || refusal === undefined ? [] : [`no snapshots of ${names.join(', ')}: ${refusal}`]
  })
}
