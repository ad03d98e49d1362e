/** Whether what is declared can work on the nodes and disks that there are. */
import type { Check } from '../check.ts'
import { disagreements } from './facts-agree.ts'
import { faultOf } from './proof.ts'
import { bookOf, prove } from './prove.ts'

const canWork: Check = ({ draft, facts, strictFacts }) =>
  prove({ spec: draft.spec, facts }).flatMap((proof) => {
    const fault = faultOf(proof, strictFacts)
    return fault === undefined ? [] : [fault]
  })

const factsAgree: Check = ({ draft, facts, strictFacts }) => disagreements(bookOf(draft.spec, facts), strictFacts)

export const feasibilityChecks: readonly Check[] = [
  canWork, // pools, daemons, devices against hosts, classes, memory, kernels
  factsAgree, // no two sources say different things
]
