/** StorageClasses, whatever backend is behind them. */
import type { ClassSpec, Spec } from '../../spec/spec.ts'
import { cephClassDependencies } from '../ceph/ids.ts'
import { planned } from '../planned.ts'
import type { Contribution } from '../plan.ts'
import { storageClass } from './storage-class.ts'

export function classesContribution(spec: Spec): Contribution {
  const served = new Set(spec.drivers.map(({ name }) => name))
  return {
    objects: spec.classes.map((declared) => ({
      ...planned('classes', storageClass(spec, declared), classReason(declared), served.has(declared.driverName) ? [`storage.k8s.io/CSIDriver/${declared.driverName}`] : cephClassDependencies(declared, spec.namespace), 'no new claims of this class; existing volumes stay as they are'),
      ...(declared.renamedFrom === undefined ? {} : { renamedFrom: `storage.k8s.io/StorageClass/${declared.renamedFrom}` }),
    })),
  }
}

function classReason({ name, backend, isDefault, reclaimPolicy }: ClassSpec): string {
  const deleted = reclaimPolicy === 'Delete' ? 'deleting a claim deletes its data' : 'deleting a claim keeps its data'
  return `claims of class ${name} get volumes of backend ${backend.name}${isDefault ? ', and so do claims without a class' : ''}; ${deleted}`
}
