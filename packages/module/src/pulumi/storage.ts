import * as pulumi from '@pulumi/pulumi'
import { prepare, type Preparing } from '../registration/prepare.ts'
import type { ReadOptions } from '../spec/read.ts'
import type { Declaration } from '../spec/schema/declaration.ts'
import { readyOrRefused, registerAll, sayNotes, sayWarnings } from './component.ts'
import type { EngineArgs } from './document-003.ts'
import { isInput } from './outputs.ts'

/** The same with Inputs: what decides which objects exist must be plain all the same, and is refused by its path. */
export type WithInputs<T> = T extends string | number | boolean ? pulumi.Input<T> : T extends object ? { [Key in keyof T]: WithInputs<T[Key]> } : T

export interface StorageArgs extends EngineArgs, Pick<ReadOptions, 'facts' | 'strictFacts' | 'environment'> {
  /** As in the file, e.g. `parse(readFileSync('storage.yaml', 'utf8'))`, or written here. */
  declaration: WithInputs<Declaration>
}

/**
 * A whole declaration: the same objects that `stowage render` writes and `stowage apply` makes. What is wrong with it, or proved
 * to be impossible, is one RunError, and then nothing is registered.
 *
 * @example new Storage('homelab', { declaration: { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'homelab' }, spec } })
 */
export class Storage extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>
  readonly classNames: pulumi.Output<string[]>
  readonly snapshotClassNames: pulumi.Output<string[]>
  readonly filesystemNames: pulumi.Output<string[]>
  readonly locationNames: pulumi.Output<string[]>

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    const prepared = prepare(preparing(args))
    const ready = readyOrRefused(`Storage ${JSON.stringify(name)}`, prepared)
    super('stowage:module:Storage', name, {}, opts)
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

function preparing({ declaration, secrets = {}, import: imports = {}, facts, strictFacts, environment, today }: StorageArgs): Preparing {
  const options: ReadOptions = {
    ...(facts === undefined ? {} : { facts }),
    ...(strictFacts === undefined ? {} : { strictFacts }),
    ...(environment === undefined ? {} : { environment }),
    ...(today === undefined ? {} : { today }),
  }
  return { declaration, options, contents: secrets, imports, isInput }
}
