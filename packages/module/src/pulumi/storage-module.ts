import * as pulumi from '@pulumi/pulumi'
import { prepareModule } from '../document-003/prepare-module.ts'
import { readyOrRefused, registerAll, sayNotes, sayWarnings } from './component.ts'
import type { StorageModuleArgs } from './document-003.ts'
import { isInput } from './outputs.ts'

/**
 * Document 003's storage module. Takes its arguments as they stand, registers the plan that follows from them, and says at every
 * preview what is proved to be impossible (`feasibility: "enforce"` refuses it). All faults come as one RunError, and then
 * nothing is registered.
 *
 * @example new StorageModule('cluster-storage', { storageImplementation: StorageImplementation.ROOK_CEPH, cephCluster, storageClasses })
 */
export class StorageModule extends pulumi.ComponentResource {
  /** Where the operator and the cluster are. */
  readonly namespace: pulumi.Output<string>
  /** StorageClasses, in the order of the arguments. */
  readonly classNames: pulumi.Output<string[]>
  readonly snapshotClassNames: pulumi.Output<string[]>
  readonly filesystemNames: pulumi.Output<string[]>
  /** BackupStorageLocations. */
  readonly locationNames: pulumi.Output<string[]>

  constructor(name: string, args: StorageModuleArgs, opts?: pulumi.ComponentResourceOptions) {
    const prepared = prepareModule(name, args, isInput)
    const ready = readyOrRefused(`StorageModule ${JSON.stringify(name)}`, prepared)
    super('stowage:module:StorageModule', name, {}, opts)
    sayWarnings(prepared, this)
    sayNotes(ready, this)
    const names = registerAll(name, this, ready, args)
    this.namespace = names.namespace
    this.classNames = names.classNames
    this.snapshotClassNames = names.snapshotClassNames
    this.filesystemNames = names.filesystemNames
    this.locationNames = names.locationNames
    this.registerOutputs({ ...names })
  }
}
