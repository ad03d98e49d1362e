/** What Rook v1.20.6 defines: clusters, pools, filesystems, subvolume groups, object stores. Schemas without descriptions. */
import data from '../data/crds/rook.json' with { type: 'json' }
import { definitionsOf } from './definition.ts'
import type { CustomResourceDefinition } from './definition.ts'

export const rookCrds: readonly CustomResourceDefinition[] = definitionsOf(data)
