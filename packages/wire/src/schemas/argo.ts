/** The JSON Schemas of Argo CD, strict as published, loaded with this module. */
import application from '../data/schemas/application_v1alpha1.json' with { type: 'json' }
import appproject from '../data/schemas/appproject_v1alpha1.json' with { type: 'json' }
import type { JsonSchema } from './json-schema.ts'

export const argoSchemas = {
  application_v1alpha1: application,
  appproject_v1alpha1: appproject,
} satisfies Readonly<Record<string, JsonSchema>>
