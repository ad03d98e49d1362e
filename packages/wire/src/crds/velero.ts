/** What Velero v1.18 defines: locations, backups, schedules, restores, repositories, data movement. Schemas without descriptions. */
import data from '../data/crds/velero.json' with { type: 'json' }
import { definitionsOf } from './definition.ts'
import type { CustomResourceDefinition } from './definition.ts'

export const veleroCrds: readonly CustomResourceDefinition[] = definitionsOf(data)
