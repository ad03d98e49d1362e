import type { CustomResourceDefinition, DefinitionVersion } from './definition.ts'

/** The version of a definition that serves an `apiVersion`; undefined when none does. */
export function servedVersion(definition: CustomResourceDefinition, apiVersion: string): DefinitionVersion | undefined {
  return definition.spec.versions.find((each) => each.served && `${definition.spec.group}/${each.name}` === apiVersion)
}
