/** What external-snapshotter v8.6.0 defines, whole as upstream publishes it: these are applied to clusters. */
import data from '../data/crds/external-snapshotter.json' with { type: 'json' }
import { definitionsOf } from './definition.ts'
import type { CustomResourceDefinition } from './definition.ts'

export const externalSnapshotterCrds: readonly CustomResourceDefinition[] = definitionsOf(data)
