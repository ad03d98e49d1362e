/** The JSON Schemas of Flux, strict as published, loaded with this module. */
import gitrepository from '../data/schemas/gitrepository_v1.json' with { type: 'json' }
import helmrepository from '../data/schemas/helmrepository_v1.json' with { type: 'json' }
import ocirepository from '../data/schemas/ocirepository_v1.json' with { type: 'json' }
import helmrelease from '../data/schemas/helmrelease_v2.json' with { type: 'json' }
import kustomization from '../data/schemas/kustomization_v1.json' with { type: 'json' }
import type { JsonSchema } from './json-schema.ts'

export const fluxSchemas = {
  gitrepository_v1: gitrepository,
  helmrepository_v1: helmrepository,
  ocirepository_v1: ocirepository,
  helmrelease_v2: helmrelease,
  kustomization_v1: kustomization,
} satisfies Readonly<Record<string, JsonSchema>>
