/** What the operator of the Ceph CSI drivers defines. Schemas without descriptions. */
import data from '../data/crds/ceph-csi-operator.json' with { type: 'json' }
import { definitionsOf } from './definition.ts'
import type { CustomResourceDefinition } from './definition.ts'

export const cephCsiOperatorCrds: readonly CustomResourceDefinition[] = definitionsOf(data)
