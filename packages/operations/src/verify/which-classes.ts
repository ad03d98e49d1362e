import { StorageError } from '@stowage/core'
import type { StorageClass } from 'kubernetes-types/storage/v1'

export interface ChosenClass {
  readonly storageClass: StorageClass
  /** Why it cannot be tried; undefined when it can. */
  readonly skip: string | undefined
}

/** The classes to verify: all, or those named. Throws `not-found` for a name that the cluster does not have. */
export function chooseClasses(all: readonly StorageClass[], names: readonly string[] | undefined): readonly ChosenClass[] {
  const byName = new Map(all.map((storageClass) => [storageClass.metadata?.name ?? '', storageClass]))
  const chosen = names?.map((name) => {
    const found = byName.get(name)
    if (found === undefined) throw new StorageError('not-found', `the cluster has no StorageClass ${name}; it has ${[...byName.keys()].sort().join(', ') || 'none'}`)
    return found
  })
  return (chosen ?? [...byName.values()]).map((storageClass) => ({ storageClass, skip: reasonToSkip(storageClass) }))
}

function reasonToSkip({ provisioner }: StorageClass): string | undefined {
  if (provisioner === 'kubernetes.io/no-provisioner') return 'its volumes are made by hand, so there is nothing to provision'
  return undefined
}
