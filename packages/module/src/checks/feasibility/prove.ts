/** Whether a declaration can work, over every completion of the facts that are missing. Pure. */
import type { Facts } from '../../facts/facts.ts'
import { declaredFacts } from '../../facts/written-facts.ts'
import { factsSchema } from '../../spec/schema/facts.ts'
import { valueAt } from '../../spec/value-at.ts'
import { proveCapacity } from './capacity.ts'
import { proveDaemons } from './daemons.ts'
import { proveDeviceClasses } from './device-class-unknown.ts'
import { proveDevices } from './devices.ts'
import { factBook, type FactBook } from './fact-book.ts'
import { hostsOf, type Host } from './hosts.ts'
import { proveKernels } from './kernel.ts'
import { proveMemory } from './memory.ts'
import { cephModels, type CephModel } from './model.ts'
import { provePools } from './pools.ts'
import type { Proof } from './proof.ts'

export interface ProofSubject {
  /** A declaration's `spec`, or what is readable of it; values that are not known yet may be `opaqueLeaf`. */
  readonly spec: unknown
  /** Beside those of `spec.facts`. Default: none. */
  readonly facts?: Facts
}

/** Each in its own file; in the order in which a person would ask. */
const provers: readonly ((model: CephModel, hosts: readonly Host[], book: FactBook) => readonly Proof[])[] = [
  proveDevices, // the nodes and devices are there, and can be used
  provePools, // each pool finds as many failure domains as it has copies
  proveDeviceClasses, // whether devices are of the class that is asked for
  (model, _hosts, book) => proveDaemons(model, book), // monitors, managers and metadata servers find nodes
  proveMemory, // and memory
  (model, _hosts, book) => proveKernels(model, book), // and kernels
  proveCapacity, // what the loss of a host leaves
]

/** Every proof of every Ceph cluster that the declaration has Rook run, those that hold included. */
export function prove({ spec, facts = [] }: ProofSubject): readonly Proof[] {
  const book = bookOf(spec, facts)
  return cephModels(spec).flatMap((model) => {
    const hosts = hostsOf(model, book)
    return provers.flatMap((prover) => prover(model, hosts, book))
  })
}

/** The facts that the declaration itself writes, and those beside it. */
export function bookOf(spec: unknown, facts: Facts): FactBook {
  const written = factsSchema.safeParse(valueAt(spec, ['facts'])).data ?? {}
  return factBook([...declaredFacts(written), ...facts])
}
